#pragma once
// Runs the built program as a user would, in a folder that lives as long as the test.

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include <sys/wait.h>

#include "paths.hpp"
#include "temporary_folder.hpp"

struct ProgramResult {
    int code = -1;
    std::string output;  ///< standard output and error together
};

/// Runs `galena ARGUMENTS`.
inline ProgramResult galena_program(const std::string& arguments) {
    ProgramResult result;
    const auto command = program_path() + " " + arguments + " 2>&1 </dev/null";
    FILE* pipe = popen(command.c_str(), "r");
    if (!pipe) return result;
    std::array<char, 4096> buffer{};
    while (const auto n = fread(buffer.data(), 1, buffer.size(), pipe)) result.output.append(buffer.data(), n);
    const int status = pclose(pipe);
    result.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return result;
}
