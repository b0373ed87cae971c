#pragma once
// A file that lives as long as a test case, in a folder of its own.

#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>

struct TemporaryFile {
    explicit TemporaryFile(const std::string& content, const std::string& name = "table.csv")
        : folder(std::filesystem::temp_directory_path() / ("galena-test-" + std::to_string(getpid()))), path((folder / name).string()) {
        std::filesystem::create_directories(folder);
        std::ofstream(path, std::ios::binary) << content;
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    ~TemporaryFile() {
        std::error_code ignored;  // another file of the same test may still be in the folder
        std::filesystem::remove(path, ignored);
        std::filesystem::remove(folder, ignored);
    }

    std::filesystem::path folder;
    std::string path;
};
