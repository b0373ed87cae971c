#include "output/hdf5.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <hdf5.h>

namespace galena {

namespace {

[[noreturn]] void fail(const std::string& file, std::string_view operation, std::string_view path) {
    throw std::runtime_error(fmt::format("{}: HDF5 could not {} '{}'", file, operation, path));
}

/// An HDF5 identifier that closes itself.
class Handle {
public:
    Handle(hid_t id, herr_t (*close)(hid_t), const std::string& file, std::string_view operation, std::string_view path) : id_(id), close_(close) {
        if (id_ < 0) fail(file, operation, path);
    }
    ~Handle() {
        if (id_ >= 0) close_(id_);
    }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    operator hid_t() const { return id_; }  // NOLINT

private:
    hid_t id_;
    herr_t (*close_)(hid_t);
};

std::string c_string(std::string_view text) { return std::string(text); }

Handle string_type(const std::string& file) {
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    return {type, H5Tclose, file, "make", "string type"};
}

Handle open_dataset(hid_t file, const std::string& name, std::string_view path) {
    return {H5Dopen2(file, c_string(path).c_str(), H5P_DEFAULT), H5Dclose, name, "open", path};
}

Handle create_with_parents(const std::string& name) {
    const hid_t list = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(list, 1);
    return {list, H5Pclose, name, "make", "link list"};
}

std::vector<hsize_t> extent(hid_t dataset, const std::string& name, std::string_view path) {
    const Handle space(H5Dget_space(dataset), H5Sclose, name, "read the extent of", path);
    std::vector<hsize_t> dims(static_cast<std::size_t>(std::max(0, H5Sget_simple_extent_ndims(space))));
    H5Sget_simple_extent_dims(space, dims.data(), nullptr);
    return dims;
}

std::size_t product(const std::vector<hsize_t>& dims, std::size_t from = 0) {
    std::size_t n = 1;
    for (std::size_t i = from; i < dims.size(); ++i) n *= dims[i];
    return n;
}

}  // namespace

Hdf5File::Hdf5File(const std::filesystem::path& file, Mode mode) : name_(file.string()) {
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);  // messages are ours
    const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, name_, "open", "/");
    H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST);
    H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
    if (mode == Mode::create) file_ = H5Fcreate(name_.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access);
    else file_ = H5Fopen(name_.c_str(), mode == Mode::read ? H5F_ACC_RDONLY : H5F_ACC_RDWR, access);
    if (file_ < 0) fail(name_, mode == Mode::create ? "create" : "open", "/");
}

Hdf5File::~Hdf5File() {
    if (file_ >= 0) H5Fclose(file_);
}

Hdf5File::Hdf5File(Hdf5File&& other) noexcept : name_(std::move(other.name_)), file_(std::exchange(other.file_, -1)) {}

bool Hdf5File::has(std::string_view path) const {
    // H5Lexists wants every group above to exist.
    for (std::size_t slash = path.find('/', 1); slash != std::string_view::npos; slash = path.find('/', slash + 1))
        if (H5Lexists(file_, c_string(path.substr(0, slash)).c_str(), H5P_DEFAULT) <= 0) return false;
    return path == "/" || H5Lexists(file_, c_string(path).c_str(), H5P_DEFAULT) > 0;
}

void Hdf5File::make_group(std::string_view path) {
    if (has(path)) return;
    const auto links = create_with_parents(name_);
    const Handle group(H5Gcreate2(file_, c_string(path).c_str(), links, H5P_DEFAULT, H5P_DEFAULT), H5Gclose, name_, "create", path);
}

std::vector<std::string> Hdf5File::children(std::string_view path) const {
    const Handle group(H5Gopen2(file_, c_string(path).c_str(), H5P_DEFAULT), H5Gclose, name_, "open", path);
    H5G_info_t info;
    if (H5Gget_info(group, &info) < 0) fail(name_, "list", path);
    std::vector<std::string> names;
    for (hsize_t n = 0; n < info.nlinks; ++n) {
        char buffer[512];
        if (H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, n, buffer, sizeof buffer, H5P_DEFAULT) > 0) names.emplace_back(buffer);
    }
    return names;
}

void Hdf5File::write_raw(std::string_view path, std::int64_t type, std::int64_t memory_type, const void* data, std::size_t count, std::vector<std::uint64_t> dims) {
    if (dims.empty()) dims = {count};
    if (has(path) && H5Ldelete(file_, c_string(path).c_str(), H5P_DEFAULT) < 0) fail(name_, "replace", path);
    std::vector<hsize_t> shape(dims.begin(), dims.end());
    const Handle space(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr), H5Sclose, name_, "shape", path);
    const Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, name_, "create", path);
    constexpr std::size_t worth_compressing = 4096;
    if (product(shape) >= worth_compressing) {
        // Chunks of about a megabyte, whole rows of the fastest dimensions.
        auto chunk = shape;
        for (std::size_t d = 0; d < chunk.size() && product(chunk) > 131072; ++d) chunk[d] = std::max<hsize_t>(1, chunk[d] * 131072 / product(chunk));
        H5Pset_chunk(properties, static_cast<int>(chunk.size()), chunk.data());
        H5Pset_shuffle(properties);
        H5Pset_deflate(properties, 1);
    }
    const auto links = create_with_parents(name_);
    const Handle dataset(H5Dcreate2(file_, c_string(path).c_str(), type, space, links, properties, H5P_DEFAULT), H5Dclose, name_, "create", path);
    if (count > 0 && H5Dwrite(dataset, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0) fail(name_, "write", path);
}

void Hdf5File::write(std::string_view path, std::span<const double> values, std::vector<std::uint64_t> dims) {
    write_raw(path, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, values.data(), values.size(), std::move(dims));
}
void Hdf5File::write(std::string_view path, std::span<const std::int64_t> values, std::vector<std::uint64_t> dims) {
    write_raw(path, H5T_STD_I64LE, H5T_NATIVE_INT64, values.data(), values.size(), std::move(dims));
}
void Hdf5File::write(std::string_view path, std::span<const std::uint8_t> values, std::vector<std::uint64_t> dims) {
    write_raw(path, H5T_STD_U8LE, H5T_NATIVE_UINT8, values.data(), values.size(), std::move(dims));
}

void Hdf5File::write(std::string_view path, const std::vector<std::string>& texts) {
    std::vector<const char*> pointers;
    for (const auto& text : texts) pointers.push_back(text.c_str());
    const auto type = string_type(name_);
    if (has(path) && H5Ldelete(file_, c_string(path).c_str(), H5P_DEFAULT) < 0) fail(name_, "replace", path);
    const hsize_t count = texts.size();
    const Handle space(H5Screate_simple(1, &count, nullptr), H5Sclose, name_, "shape", path);
    const auto links = create_with_parents(name_);
    const Handle dataset(H5Dcreate2(file_, c_string(path).c_str(), type, space, links, H5P_DEFAULT, H5P_DEFAULT), H5Dclose, name_, "create", path);
    if (count > 0 && H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()) < 0) fail(name_, "write", path);
}

void Hdf5File::write_text(std::string_view path, std::string_view text) { write(path, std::vector<std::string>{std::string(text)}); }

std::vector<std::uint64_t> Hdf5File::dims(std::string_view path) const {
    const auto dataset = open_dataset(file_, name_, path);
    const auto shape = extent(dataset, name_, path);
    return {shape.begin(), shape.end()};
}

std::vector<double> Hdf5File::read(std::string_view path) const {
    const auto dataset = open_dataset(file_, name_, path);
    std::vector<double> values(product(extent(dataset, name_, path)));
    if (!values.empty() && H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0) fail(name_, "read", path);
    return values;
}

std::vector<std::string> Hdf5File::read_texts(std::string_view path) const {
    const auto dataset = open_dataset(file_, name_, path);
    const auto type = string_type(name_);
    std::vector<char*> pointers(product(extent(dataset, name_, path)));
    if (!pointers.empty() && H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()) < 0) fail(name_, "read", path);
    std::vector<std::string> texts;
    for (char* p : pointers) texts.emplace_back(p ? p : "");
    const Handle space(H5Dget_space(dataset), H5Sclose, name_, "read", path);
    if (!pointers.empty()) H5Dvlen_reclaim(type, space, H5P_DEFAULT, pointers.data());
    return texts;
}

std::string Hdf5File::read_text(std::string_view path) const {
    const auto texts = read_texts(path);
    if (texts.size() != 1) fail(name_, "read one text from", path);
    return texts.front();
}

void Hdf5File::make_growing(std::string_view path, std::vector<std::uint64_t> record) {
    std::vector<hsize_t> shape{0}, most{H5S_UNLIMITED}, chunk{1};
    for (const auto n : record) {
        shape.push_back(n);
        most.push_back(n);
        chunk.push_back(std::max<hsize_t>(1, n));
    }
    if (record.empty()) chunk = {256};
    while (product(chunk) > (1U << 24)) {  // a chunk may not exceed 4 GiB; stay far below
        const auto widest = std::find_if(chunk.begin(), chunk.end(), [](hsize_t n) { return n > 1; });
        *widest = (*widest + 1) / 2;
    }
    const Handle space(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), most.data()), H5Sclose, name_, "shape", path);
    const Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, name_, "create", path);
    H5Pset_chunk(properties, static_cast<int>(chunk.size()), chunk.data());
    H5Pset_shuffle(properties);
    H5Pset_deflate(properties, 1);
    const auto links = create_with_parents(name_);
    const Handle dataset(H5Dcreate2(file_, c_string(path).c_str(), H5T_IEEE_F64LE, space, links, properties, H5P_DEFAULT), H5Dclose, name_, "create", path);
}

void Hdf5File::append(std::string_view path, std::span<const double> record) {
    const auto dataset = open_dataset(file_, name_, path);
    auto shape = extent(dataset, name_, path);
    if (product(shape, 1) != record.size()) fail(name_, fmt::format("append {} numbers to", record.size()), path);
    std::vector<hsize_t> start(shape.size(), 0), count = shape;
    start[0] = shape[0];
    count[0] = 1;
    ++shape[0];
    if (H5Dset_extent(dataset, shape.data()) < 0) fail(name_, "grow", path);
    const Handle file_space(H5Dget_space(dataset), H5Sclose, name_, "grow", path);
    const Handle memory(H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr), H5Sclose, name_, "grow", path);
    H5Sselect_hyperslab(file_space, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr);
    if (H5Dwrite(dataset, H5T_NATIVE_DOUBLE, memory, file_space, H5P_DEFAULT, record.data()) < 0) fail(name_, "append to", path);
}

std::vector<double> Hdf5File::read_record(std::string_view path, std::uint64_t record) const {
    const auto dataset = open_dataset(file_, name_, path);
    auto count = extent(dataset, name_, path);
    if (count.empty() || record >= count[0]) fail(name_, fmt::format("read record {} of", record), path);
    std::vector<hsize_t> start(count.size(), 0);
    start[0] = record;
    count[0] = 1;
    const Handle file_space(H5Dget_space(dataset), H5Sclose, name_, "read", path);
    const Handle memory(H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr), H5Sclose, name_, "read", path);
    H5Sselect_hyperslab(file_space, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr);
    std::vector<double> values(product(count));
    if (H5Dread(dataset, H5T_NATIVE_DOUBLE, memory, file_space, H5P_DEFAULT, values.data()) < 0) fail(name_, "read", path);
    return values;
}

std::uint64_t Hdf5File::records(std::string_view path) const { return dims(path).at(0); }

void Hdf5File::truncate(std::string_view path, std::uint64_t records) {
    const auto dataset = open_dataset(file_, name_, path);
    auto shape = extent(dataset, name_, path);
    if (shape.at(0) <= records) return;
    shape[0] = records;
    if (H5Dset_extent(dataset, shape.data()) < 0) fail(name_, "truncate", path);
}

void Hdf5File::set(std::string_view path, std::string_view name, std::string_view text) {
    const auto object = c_string(path), attribute = c_string(name), value = c_string(text);
    if (H5Aexists_by_name(file_, object.c_str(), attribute.c_str(), H5P_DEFAULT) > 0) H5Adelete_by_name(file_, object.c_str(), attribute.c_str(), H5P_DEFAULT);
    const auto type = string_type(name_);
    const Handle space(H5Screate(H5S_SCALAR), H5Sclose, name_, "shape", path);
    const Handle a(H5Acreate_by_name(file_, object.c_str(), attribute.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, name_, "set an attribute of", path);
    const char* pointer = value.c_str();
    if (H5Awrite(a, type, &pointer) < 0) fail(name_, "set an attribute of", path);
}

void Hdf5File::set(std::string_view path, std::string_view name, double value) {
    const auto object = c_string(path), attribute = c_string(name);
    if (H5Aexists_by_name(file_, object.c_str(), attribute.c_str(), H5P_DEFAULT) > 0) H5Adelete_by_name(file_, object.c_str(), attribute.c_str(), H5P_DEFAULT);
    const Handle space(H5Screate(H5S_SCALAR), H5Sclose, name_, "shape", path);
    const Handle a(H5Acreate_by_name(file_, object.c_str(), attribute.c_str(), H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, name_, "set an attribute of", path);
    if (H5Awrite(a, H5T_NATIVE_DOUBLE, &value) < 0) fail(name_, "set an attribute of", path);
}

std::string Hdf5File::text_attribute(std::string_view path, std::string_view name) const {
    const Handle a(H5Aopen_by_name(file_, c_string(path).c_str(), c_string(name).c_str(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose, name_, "read an attribute of", path);
    const auto type = string_type(name_);
    char* pointer = nullptr;
    if (H5Aread(a, type, &pointer) < 0 || !pointer) fail(name_, "read an attribute of", path);
    std::string text(pointer);
    H5free_memory(pointer);
    return text;
}

double Hdf5File::number_attribute(std::string_view path, std::string_view name) const {
    const Handle a(H5Aopen_by_name(file_, c_string(path).c_str(), c_string(name).c_str(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose, name_, "read an attribute of", path);
    double value = 0;
    if (H5Aread(a, H5T_NATIVE_DOUBLE, &value) < 0) fail(name_, "read an attribute of", path);
    return value;
}

void Hdf5File::flush() {
    if (H5Fflush(file_, H5F_SCOPE_GLOBAL) < 0) fail(name_, "flush", "/");
}

}  // namespace galena
