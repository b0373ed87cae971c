#include <doctest/doctest.h>

#include "scenario/document.hpp"
#include "temporary_file.hpp"

using namespace galena;

namespace {

/// The one mistake of a text that is no TOML.
Diagnostic syntax_mistake(const std::string& text) {
    try {
        (void)parse_toml(text, "site.toml");
    } catch (const ScenarioError& fault) {
        REQUIRE(fault.diagnostics().all().size() == 1);
        return fault.diagnostics().all().front();
    }
    FAIL("read without complaint: " << text);
    return {};
}

}  // namespace

TEST_CASE("keys and values know where they stand") {
    const auto tree = parse_toml("[flow]\ninitial_head = \"1 m\"\n\n[[zone]]\nname = \"a\"\nlayers = [\"1\",\n  \"2\"]\n", "site.toml");
    REQUIRE(tree.entries.size() == 2);
    CHECK(tree.entries[0].key == "flow");  // in the order of the file
    const auto* head = tree.find("flow")->value.find("initial_head");
    REQUIRE(head != nullptr);
    CHECK(head->place.text() == "site.toml:2:1");
    CHECK(head->value.place.text() == "site.toml:2:16");
    const auto& zones = tree.find("zone")->value;
    REQUIRE(zones.is_array());
    REQUIRE(zones.items.size() == 1);
    CHECK(zones.items[0].place.text() == "site.toml:4:1");
    CHECK(zones.items[0].find("layers")->value.items[1].place.text() == "site.toml:7:3");
    CHECK(zones.items[0].find("name")->value.found() == "the text \"a\"");
}

TEST_CASE("values keep their kind") {
    const auto tree = parse_toml("a = 1\nb = 1.5\nc = true\nd = 1990-01-31\ne = 1990-01-31T12:30:00\nf = [1, 2]\ng = { x = 1 }\n", "t");
    CHECK(tree.find("a")->value.found() == "the number 1");
    CHECK(tree.find("b")->value.found() == "the number 1.5");
    CHECK(tree.find("c")->value.found() == "true");
    CHECK(tree.find("d")->value.date == Date::from_civil(1990, 1, 31, 0, 0, 0));
    CHECK(tree.find("e")->value.date == Date::from_civil(1990, 1, 31, 12, 30, 0));
    CHECK(tree.find("f")->value.found() == "a list of 2");
    CHECK(tree.find("g")->value.is_table());
    CHECK(tree.find("h") == nullptr);
}

TEST_CASE("a key given twice names both places") {
    const auto mistake =
        syntax_mistake("[[medium]]\nporosity = 0.2\n\n[[medium]]\nporosity = 0.3\nbulk_density = \"1 kg/L\"\nporosity = 0.4\n");
    CHECK(mistake.place.line == 7);
    CHECK(mistake.what == "'porosity' is given a second time");
    CHECK(mistake.hint == "the first is at site.toml:5:1; a key or table may be given once; remove or rename one of the two");
}

TEST_CASE("mistakes of the language say what to do") {
    CHECK(syntax_mistake("rate = 1 m/d\n").hint.find("quotes") != std::string::npos);
    CHECK(syntax_mistake("rate = \"1 m/d\n").what == "this text, list or table is not closed");
    CHECK(syntax_mistake("dx = [1, 2\n").place.line >= 1);
    CHECK(syntax_mistake("time = 12:30:00\n").hint.find("give a date") != std::string::npos);
}

TEST_CASE("a file that is not there is a mistake of the user") { CHECK_THROWS_AS((void)read_toml("/no/such/site.toml"), ScenarioError); }

TEST_CASE("the caret stands under the character meant, also behind Chinese and accents") {
    const TemporaryFile file("# 镉\nname = \"镉é\", x = 3\n", "site.toml");
    Diagnostics diagnostics;
    diagnostics.error({file.path, 2, 14}, "what", "hint");
    // Eight characters, then one that is two columns wide, then four.
    const auto text = diagnostics.text();
    CHECK(text.find("     2 | name = \"镉é\", x = 3\n       |         \u3000    ^\n") != std::string::npos);
}
