#include "remediation/contradictions.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace galena {

namespace {

/// One claim of a measure, with its cells in ascending order.
struct Claimed {
    const Measure* by;
    Claim claim;
    /// When it counts [s]; digging is over at once, but a condition may put it off.
    [[nodiscard]] double from() const { return by->earliest(); }
    [[nodiscard]] double to() const { return claim.kind == Claim::Kind::digs && !by->start_when ? from() : by->latest(); }
};

std::size_t common(const std::vector<Index>& a, const std::vector<Index>& b) {
    std::vector<Index> both;
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
    return both.size();
}

bool share_a_boundary(const Claim& a, const Claim& b) {
    return std::any_of(a.boundaries.begin(), a.boundaries.end(), [&](const std::string& name) {
        return std::find(b.boundaries.begin(), b.boundaries.end(), name) != b.boundaries.end();
    });
}

/// Digging goes first in a pair.
std::pair<const Claimed*, const Claimed*> in_order(const Claimed& a, const Claimed& b) {
    return b.claim.kind == Claim::Kind::digs && a.claim.kind != Claim::Kind::digs ? std::pair{&b, &a} : std::pair{&a, &b};
}

bool works_in(const Claim& claim) { return claim.kind == Claim::Kind::occupies || claim.kind == Claim::Kind::treats; }

/// What is wrong with two claims on the same cells at the same time; empty when nothing is.
std::string contradiction(const Claimed& first, const Claimed& second) {
    using Kind = Claim::Kind;
    const auto [a, b] = in_order(first, second);
    if (a->claim.kind == Kind::digs && b->claim.kind == Kind::digs) return "dig the same ground at the same time";
    if (a->claim.kind == Kind::digs && works_in(b->claim) && a->from() == b->from())
        return fmt::format("contradict each other: '{}' begins in the ground that '{}' digs out on that day", b->by->label.text,
                           a->by->label.text);
    if (a->claim.kind == Kind::digs && works_in(b->claim))
        return fmt::format("contradict each other: '{}' is still at work in the ground that '{}' digs out", b->by->label.text,
                           a->by->label.text);
    if (works_in(a->claim) && works_in(b->claim) && a->by->type() == b->by->type()) return "work in the same ground at the same time";
    if (a->claim.kind == Kind::covers && b->claim.kind == Kind::covers && share_a_boundary(a->claim, b->claim))
        return "reduce the same infiltration of the same ground at the same time";
    return {};
}

/// All of the ground is dug out at the moment at which the soil in it begins to be treated.
bool digs_what_begins(const Claimed& moment, const Claimed& span) {
    return moment.claim.all_of_it && span.claim.kind == Claim::Kind::treats && moment.from() == span.from();
}

/// What begins at the moment of digging begins in the new ground: no contradiction, unless it is meant for the soil that was there.
bool at_the_same_time(const Claimed& a, const Claimed& b) {
    const bool a_is_moment = a.from() == a.to(), b_is_moment = b.from() == b.to();
    if (a_is_moment && b_is_moment) return a.from() == b.from();
    if (a_is_moment && digs_what_begins(a, b)) return true;
    if (b_is_moment && digs_what_begins(b, a)) return true;
    if (a_is_moment) return b.from() < a.from() && a.from() < b.to();
    if (b_is_moment) return a.from() < b.from() && b.from() < a.to();
    return std::max(a.from(), b.from()) < std::min(a.to(), b.to());
}

void compare(const Claimed& first, const Claimed& second, const Domain& domain, Diagnostics& diagnostics) {
    if (!at_the_same_time(first, second)) return;
    const auto what = contradiction(first, second);
    if (what.empty()) return;
    const auto cells = common(first.claim.cells, second.claim.cells);
    if (cells == 0) return;
    const auto& zone = second.by->places.of("zone");
    diagnostics.error(zone,
                      fmt::format("measures '{}' and '{}' {} ({} cell{}, from {} on)", first.by->label.text, second.by->label.text, what,
                                  cells, cells == 1 ? "" : "s", domain.start.plus(std::max(first.from(), second.from())).text()),
                      "end one before the other begins, or keep their zones apart");
}

}  // namespace

void find_contradictions(const std::vector<std::shared_ptr<Measure>>& measures, const Domain& domain, Diagnostics& diagnostics) {
    std::vector<Claimed> all;
    for (const auto& measure : measures)
        for (auto& claim : measure->claims()) {
            std::sort(claim.cells.begin(), claim.cells.end());
            all.push_back({measure.get(), std::move(claim)});
        }
    for (std::size_t b = 0; b < all.size(); ++b)
        for (std::size_t a = 0; a < b; ++a)
            if (all[a].by != all[b].by) compare(all[a], all[b], domain, diagnostics);
}

}  // namespace galena
