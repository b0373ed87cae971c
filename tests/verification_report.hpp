#pragma once
// One figure that galena computed beside the figure it should be: checked here, and kept for docs/verification.md (`make verify`).

#include <cmath>
#include <cstdlib>
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace galena::verification {

/// A CSV field, quoted where a comma, a quote or a line end in it would break the row.
inline std::string csv_field(std::string_view text) {
    if (text.find_first_of(",\"\n") == std::string_view::npos) return std::string(text);
    std::string quoted = "\"";
    for (char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c == '\n' ? ' ' : c);
    return quoted + '"';
}

/// Appends a row to the file named by GALENA_VERIFICATION_CSV, if it is set. Test programs run side by side: one write() to a file
/// opened with O_APPEND keeps every row whole.
inline void append_row(const std::string& row) {
    const char* path = std::getenv("GALENA_VERIFICATION_CSV");
    if (!path || !*path) return;
    const int file = ::open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    REQUIRE_MESSAGE(file >= 0, "cannot open ", path);
    const auto written = ::write(file, row.data(), row.size());
    ::close(file);
    REQUIRE(written == static_cast<ssize_t>(row.size()));
}

/// Checks error <= tolerance (a NaN fails) and reports the figure.
/// case_name: "theis"; quantity: what is compared and the norm of error and tolerance, "head:max_abs", "head:order";
/// source: where the reference comes from (author, year, equation). An order p reached where q is due has the error max(0, q - p).
inline void report(std::string_view case_name, std::string_view quantity, double reference, double galena, double error, double tolerance,
                   std::string_view source) {
    append_row(fmt::format("{},{},{:.10g},{:.10g},{:.4g},{:.4g},{}\n", csv_field(case_name), csv_field(quantity), reference, galena, error,
                           tolerance, csv_field(source)));
    CHECK_MESSAGE(error <= tolerance, std::string(case_name), " ", std::string(quantity), ": ", galena, " instead of ", reference,
                  " (error ", error, ", tolerance ", tolerance, ")");
}

/// The same where the error is the size of the difference.
inline void report_difference(std::string_view case_name, std::string_view quantity, double reference, double galena, double tolerance,
                              std::string_view source) {
    report(case_name, quantity, reference, galena, std::abs(galena - reference), tolerance, source);
}

}  // namespace galena::verification
