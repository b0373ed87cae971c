#pragma once
// Catalogues of laws: every boundary, isotherm, measure or standard registers itself from its own file and is found by its name.
// Filled before main, frozen by it.

#include <algorithm>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "scenario/document.hpp"
#include "scenario/parameter.hpp"

namespace galena {

struct ReadContext;
template <Declared T>
bool read_table(const Node& node, std::string_view table_name, ReadContext& context, T& out, const std::vector<std::string>& also_known);
template <Declared T>
Schema schema_of(std::string name, std::string meaning);

/// What every catalogue can say of itself without knowing its interface; used by `describe` and by the test that counts laws.
struct CatalogueListing {
    struct Law {
        std::string name;
        std::string meaning;
        std::function<Schema()> schema;
    };
    std::string family;  ///< "boundary", "isotherm", ...
    std::vector<Law> laws;
};

/// All catalogues by family, laws by name. Freezing makes later registration an error of ours.
class CatalogueIndex {
public:
    static CatalogueIndex& instance();
    void add(std::string_view family, CatalogueListing::Law law);
    [[nodiscard]] std::vector<CatalogueListing> listings() const;
    void freeze() { frozen_ = true; }

private:
    std::vector<CatalogueListing> listings_;
    bool frozen_ = false;
};

/// The laws of one interface. Interface::family names it for people.
template <class Interface>
class Catalogue {
public:
    struct Item {
        std::string name;
        std::function<std::shared_ptr<Interface>(const Node&, std::string_view table, ReadContext&)> read;
    };

    static Catalogue& instance() {
        static Catalogue catalogue;
        return catalogue;
    }

    template <class Law>
    void add() {
        for (const auto& e : entries_)
            if (e.name == Law::name) throw std::logic_error("two laws are named " + e.name);
        Item item{std::string(Law::name), [](const Node& node, std::string_view table, ReadContext& context) -> std::shared_ptr<Interface> {
                      auto law = std::make_shared<Law>();
                      return read_table(node, table, context, *law, {"type"}) ? law : nullptr;
                  }};
        // Sorted, so that listings do not depend on the order in which object files were linked.
        const auto at =
            std::lower_bound(entries_.begin(), entries_.end(), item.name, [](const Item& e, const std::string& n) { return e.name < n; });
        entries_.insert(at, std::move(item));
        CatalogueIndex::instance().add(Interface::family, {std::string(Law::name), std::string(Law::meaning), [] {
                                                               return schema_of<Law>(std::string(Law::name), std::string(Law::meaning));
                                                           }});
    }

    [[nodiscard]] const std::vector<Item>& entries() const { return entries_; }
    [[nodiscard]] std::vector<std::string> names() const {
        std::vector<std::string> all;
        for (const auto& e : entries_) all.push_back(e.name);
        return all;
    }
    [[nodiscard]] std::string joined_names() const {
        std::string text;
        for (const auto& e : entries_) text += (text.empty() ? "" : ", ") + e.name;
        return text;
    }

private:
    std::vector<Item> entries_;
};

/// Puts a law into the catalogue of its interface; stands at the end of the law's own file.
#define REGISTER(Interface, Law)                                                                        \
    namespace {                                                                                         \
    const bool galena_registered_##Law = (::galena::Catalogue<Interface>::instance().add<Law>(), true); \
    }

}  // namespace galena
