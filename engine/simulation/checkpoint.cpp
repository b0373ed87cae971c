#include "simulation/checkpoint.hpp"

namespace galena {

void write_list(CheckpointWriter& out, const std::string& name, std::span<const double> values) {
    out.write(name + "/size", static_cast<double>(values.size()));
    if (!values.empty()) out.write(name + "/values", values);
}

std::vector<double> read_list(CheckpointReader& in, const std::string& name) {
    std::vector<double> values(static_cast<std::size_t>(in.read(name + "/size")));
    if (!values.empty()) in.read(name + "/values", values);
    return values;
}

// A checkpoint holds numbers: texts go into it as their bytes, each ended by 0.
void write_texts(CheckpointWriter& out, const std::string& name, const std::vector<std::string>& texts) {
    std::vector<double> bytes;
    for (const auto& text : texts) {
        for (const char c : text) bytes.push_back(static_cast<unsigned char>(c));
        bytes.push_back(0);
    }
    write_list(out, name, bytes);
}

std::vector<std::string> read_texts(CheckpointReader& in, const std::string& name) {
    std::vector<std::string> texts;
    std::string text;
    for (const double byte : read_list(in, name)) {
        if (byte != 0) {
            text += static_cast<char>(static_cast<unsigned char>(byte));
            continue;
        }
        texts.push_back(text);
        text.clear();
    }
    return texts;
}

}  // namespace galena
