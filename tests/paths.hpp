#pragma once
// Where the tests find what they are about. In one place, so that the folder of the build is no part of every command of the compiler: a
// compiler cache then serves several checkouts.

#include <string>

/// The folder of the project.
std::string source_folder();
/// The program `galena` that was built.
std::string program_path();
