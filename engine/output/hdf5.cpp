#include "output/hdf5.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <hdf5.h>

namespace galena {

namespace {

/// Fields are stored in pieces of at most this many values, so that compressing needs little memory beside the field.
constexpr std::size_t largest_chunk = 1U << 20;
/// Records smaller than this share a chunk.
constexpr std::size_t small_record = 512, small_chunk = 4096;

/// The innermost cause on HDF5's error stack, which it empties: ": unable to open file", or nothing.
std::string hdf5_cause() {
    std::string cause;
    const auto first_description = [](unsigned n, const H5E_error2_t* error, void* text) -> herr_t {
        if (n == 0 && error->desc) *static_cast<std::string*>(text) = fmt::format(": {}", error->desc);
        return 0;
    };
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, first_description, &cause);
    H5Eclear2(H5E_DEFAULT);
    return cause;
}

[[noreturn]] void fail(const std::string& file, std::string_view operation, std::string_view path) {
    throw std::runtime_error(fmt::format("{}: HDF5 could not {} '{}'{}", file, operation, path, hdf5_cause()));
}

/// A mistake of the caller, which HDF5 has not seen.
[[noreturn]] void refuse(const std::string& file, std::string_view operation, std::string_view path, std::string_view reason) {
    H5Eclear2(H5E_DEFAULT);
    throw std::runtime_error(fmt::format("{}: cannot {} '{}': {}", file, operation, path, reason));
}

/// An HDF5 identifier that closes itself.
class Handle {
public:
    Handle(hid_t id, herr_t (*close)(hid_t), const std::string& file, std::string_view operation, std::string_view path)
        : id_(id), close_(close) {
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

/// Texts of one width, padded with zero bytes.
Handle fixed_string_type(const std::string& file, std::size_t width) {
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, width);
    H5Tset_cset(type, H5T_CSET_UTF8);
    H5Tset_strpad(type, H5T_STR_NULLPAD);
    return {type, H5Tclose, file, "make", "string type"};
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

/// Cuts a chunk in halves along its slowest dimensions until it is no larger than largest_chunk.
std::vector<hsize_t> cut_to_size(std::vector<hsize_t> chunk) {
    for (auto& length : chunk)
        while (length > 1 && product(chunk) > largest_chunk) length = (length + 1) / 2;
    return chunk;
}

void compress(hid_t properties) {
    H5Pset_shuffle(properties);
    H5Pset_deflate(properties, 1);
}

/// Selects one record of an array whose extent is `shape`.
Handle select_record(hid_t dataset, const std::vector<hsize_t>& shape, hsize_t record, const std::string& name, std::string_view path) {
    std::vector<hsize_t> start(shape.size(), 0), count = shape;
    start[0] = record;
    count[0] = 1;
    const hid_t space = H5Dget_space(dataset);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr);
    return {space, H5Sclose, name, "select a record of", path};
}

Handle memory_of(hsize_t count, const std::string& name, std::string_view path) {
    return {H5Screate_simple(1, &count, nullptr), H5Sclose, name, "shape", path};
}

}  // namespace

Hdf5File::Hdf5File(const std::filesystem::path& file, Mode mode) : name_(file.string()) {
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);  // messages are ours
    const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, name_, "open", "/");
    H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_V18);
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

bool Hdf5File::is_group(std::string_view path) const {
    if (!has(path)) return false;
    const Handle object(H5Oopen(file_, c_string(path).c_str(), H5P_DEFAULT), H5Oclose, name_, "open", path);
    return H5Iget_type(object) == H5I_GROUP;
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
        const auto length = H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, n, nullptr, 0, H5P_DEFAULT);
        if (length < 0) fail(name_, "list", path);
        std::string child(static_cast<std::size_t>(length), '\0');
        H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, n, child.data(), child.size() + 1, H5P_DEFAULT);
        names.push_back(std::move(child));
    }
    return names;
}

void Hdf5File::remove(std::string_view path) {
    if (has(path) && H5Ldelete(file_, c_string(path).c_str(), H5P_DEFAULT) < 0) fail(name_, "remove", path);
}

void Hdf5File::write_raw(std::string_view path, std::int64_t type, std::int64_t memory_type, const void* data, std::size_t count,
                         std::vector<std::uint64_t> dims) {
    if (dims.empty()) dims = {count};
    const std::vector<hsize_t> shape(dims.begin(), dims.end());
    if (product(shape) != count) refuse(name_, "write", path, fmt::format("{} values do not fill its shape of {}", count, product(shape)));
    remove(path);
    const Handle space(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr), H5Sclose, name_, "shape", path);
    const Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, name_, "create", path);
    constexpr std::size_t worth_compressing = 4096;
    if (count >= worth_compressing) {
        const auto chunk = cut_to_size(shape);
        H5Pset_chunk(properties, static_cast<int>(chunk.size()), chunk.data());
        compress(properties);
    }
    const auto links = create_with_parents(name_);
    const Handle dataset(H5Dcreate2(file_, c_string(path).c_str(), type, space, links, properties, H5P_DEFAULT), H5Dclose, name_, "create",
                         path);
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
    remove(path);
    const hsize_t count = texts.size();
    const Handle space(H5Screate_simple(1, &count, nullptr), H5Sclose, name_, "shape", path);
    const auto links = create_with_parents(name_);
    const Handle dataset(H5Dcreate2(file_, c_string(path).c_str(), type, space, links, H5P_DEFAULT, H5P_DEFAULT), H5Dclose, name_, "create",
                         path);
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

bool Hdf5File::is_text(std::string_view path) const {
    const auto dataset = open_dataset(file_, name_, path);
    const Handle stored(H5Dget_type(dataset), H5Tclose, name_, "read", path);
    return H5Tget_class(stored) == H5T_STRING;
}

std::vector<std::string> Hdf5File::read_texts(std::string_view path) const {
    const auto dataset = open_dataset(file_, name_, path);
    const Handle stored(H5Dget_type(dataset), H5Tclose, name_, "read", path);
    if (H5Tget_class(stored) != H5T_STRING) refuse(name_, "read texts from", path, "it holds numbers");
    const std::size_t count = product(extent(dataset, name_, path));
    std::vector<std::string> texts;
    if (count == 0) return texts;
    if (H5Tis_variable_str(stored) <= 0) {
        const std::size_t width = H5Tget_size(stored);
        std::string padded(count * width, '\0');
        if (H5Dread(dataset, fixed_string_type(name_, width), H5S_ALL, H5S_ALL, H5P_DEFAULT, padded.data()) < 0) fail(name_, "read", path);
        for (std::size_t n = 0; n < count; ++n) {
            const auto cell = std::string_view(padded).substr(n * width, width);
            texts.emplace_back(cell.substr(0, cell.find('\0')));
        }
        return texts;
    }
    const auto type = string_type(name_);
    std::vector<char*> pointers(count);
    if (H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()) < 0) fail(name_, "read", path);
    for (const char* p : pointers) texts.emplace_back(p ? p : "");
    const Handle space(H5Dget_space(dataset), H5Sclose, name_, "read", path);
    H5Dvlen_reclaim(type, space, H5P_DEFAULT, pointers.data());
    return texts;
}

std::string Hdf5File::read_text(std::string_view path) const {
    const auto texts = read_texts(path);
    if (texts.size() != 1) refuse(name_, "read one text from", path, fmt::format("it has {}", texts.size()));
    return texts.front();
}

void Hdf5File::make_growing_of(std::int64_t type, std::string_view path, std::vector<std::uint64_t> record) {
    std::vector<hsize_t> shape{0}, most{H5S_UNLIMITED}, chunk{1};
    for (const auto n : record) {
        shape.push_back(n);
        most.push_back(n);
        chunk.push_back(std::max<hsize_t>(1, n));
    }
    const Handle space(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), most.data()), H5Sclose, name_, "shape", path);
    const Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, name_, "create", path);
    const std::size_t size = product(chunk);
    // A chunk that several records share is rewritten as it fills. Compressed, it would change its length, move, and leave its old place to
    // others before the file knows: fatal for a program killed just then.
    if (size < small_record) chunk[0] = small_chunk / size;
    else compress(properties);
    chunk = cut_to_size(chunk);
    H5Pset_chunk(properties, static_cast<int>(chunk.size()), chunk.data());
    const double missing = std::numeric_limits<double>::quiet_NaN();
    if (H5Tget_class(type) == H5T_FLOAT) H5Pset_fill_value(properties, H5T_NATIVE_DOUBLE, &missing);
    const auto links = create_with_parents(name_);
    const Handle dataset(H5Dcreate2(file_, c_string(path).c_str(), type, space, links, properties, H5P_DEFAULT), H5Dclose, name_, "create",
                         path);
}

void Hdf5File::make_growing(std::string_view path, std::vector<std::uint64_t> record) {
    make_growing_of(H5T_IEEE_F64LE, path, std::move(record));
}

void Hdf5File::make_growing_text(std::string_view path, std::size_t width) { make_growing_of(fixed_string_type(name_, width), path, {}); }

void Hdf5File::write_at(std::string_view path, std::uint64_t at, std::int64_t memory_type, const void* record) {
    const auto dataset = open_dataset(file_, name_, path);
    auto shape = extent(dataset, name_, path);
    shape[0] = std::max<hsize_t>(shape[0], at + 1);
    if (H5Dset_extent(dataset, shape.data()) < 0) fail(name_, "grow", path);
    const auto there = select_record(dataset, shape, at, name_, path);
    const auto here = memory_of(product(shape, 1), name_, path);
    if (H5Dwrite(dataset, memory_type, here, there, H5P_DEFAULT, record) < 0) fail(name_, "append to", path);
}

void Hdf5File::append(std::string_view path, std::span<const double> record) { write_record(path, records(path), record); }

void Hdf5File::write_record(std::string_view path, std::uint64_t at, std::span<const double> record) {
    const auto shape = dims(path);
    const std::size_t size = product({shape.begin(), shape.end()}, 1);
    if (record.size() != size) refuse(name_, "append to", path, fmt::format("{} values are no record of {}", record.size(), size));
    write_at(path, at, H5T_NATIVE_DOUBLE, record.data());
}

void Hdf5File::append_text(std::string_view path, std::string_view text) {
    std::size_t width = 0;
    {
        const auto dataset = open_dataset(file_, name_, path);
        const Handle stored(H5Dget_type(dataset), H5Tclose, name_, "read", path);
        width = H5Tget_size(stored);
    }
    if (text.size() > width) refuse(name_, "append to", path, fmt::format("'{}' is longer than {} bytes", text, width));
    std::string padded(text);
    padded.resize(width, '\0');
    write_at(path, records(path), fixed_string_type(name_, width), padded.data());
}

std::vector<double> Hdf5File::read_record(std::string_view path, std::uint64_t record) const {
    const auto dataset = open_dataset(file_, name_, path);
    const auto shape = extent(dataset, name_, path);
    if (shape.empty() || record >= shape[0]) refuse(name_, fmt::format("read record {} of", record), path, "it has no such record");
    const auto there = select_record(dataset, shape, record, name_, path);
    std::vector<double> values(product(shape, 1));
    const auto here = memory_of(values.size(), name_, path);
    if (H5Dread(dataset, H5T_NATIVE_DOUBLE, here, there, H5P_DEFAULT, values.data()) < 0) fail(name_, "read", path);
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
    if (H5Aexists_by_name(file_, object.c_str(), attribute.c_str(), H5P_DEFAULT) > 0)
        H5Adelete_by_name(file_, object.c_str(), attribute.c_str(), H5P_DEFAULT);
    const auto type = string_type(name_);
    const Handle space(H5Screate(H5S_SCALAR), H5Sclose, name_, "shape", path);
    const Handle a(H5Acreate_by_name(file_, object.c_str(), attribute.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                   H5Aclose, name_, "set an attribute of", path);
    const char* pointer = value.c_str();
    if (H5Awrite(a, type, &pointer) < 0) fail(name_, "set an attribute of", path);
}

void Hdf5File::set(std::string_view path, std::string_view name, double value) {
    const auto object = c_string(path), attribute = c_string(name);
    if (H5Aexists_by_name(file_, object.c_str(), attribute.c_str(), H5P_DEFAULT) > 0)
        H5Adelete_by_name(file_, object.c_str(), attribute.c_str(), H5P_DEFAULT);
    const Handle space(H5Screate(H5S_SCALAR), H5Sclose, name_, "shape", path);
    const Handle a(
        H5Acreate_by_name(file_, object.c_str(), attribute.c_str(), H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Aclose,
        name_, "set an attribute of", path);
    if (H5Awrite(a, H5T_NATIVE_DOUBLE, &value) < 0) fail(name_, "set an attribute of", path);
}

bool Hdf5File::has_attribute(std::string_view path, std::string_view name) const {
    return has(path) && H5Aexists_by_name(file_, c_string(path).c_str(), c_string(name).c_str(), H5P_DEFAULT) > 0;
}

std::string Hdf5File::text_attribute(std::string_view path, std::string_view name) const {
    const Handle a(H5Aopen_by_name(file_, c_string(path).c_str(), c_string(name).c_str(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose, name_,
                   "read an attribute of", path);
    const auto type = string_type(name_);
    char* pointer = nullptr;
    if (H5Aread(a, type, &pointer) < 0) fail(name_, "read an attribute of", path);
    std::string text(pointer ? pointer : "");  // HDF5 gives a null pointer for an empty text
    H5free_memory(pointer);
    return text;
}

double Hdf5File::number_attribute(std::string_view path, std::string_view name) const {
    const Handle a(H5Aopen_by_name(file_, c_string(path).c_str(), c_string(name).c_str(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose, name_,
                   "read an attribute of", path);
    double value = 0;
    if (H5Aread(a, H5T_NATIVE_DOUBLE, &value) < 0) fail(name_, "read an attribute of", path);
    return value;
}

void Hdf5File::flush() const {
    if (H5Fflush(file_, H5F_SCOPE_GLOBAL) < 0) fail(name_, "flush", "/");
}

}  // namespace galena
