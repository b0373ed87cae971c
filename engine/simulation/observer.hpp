#pragma once
// An observer sees the run without changing it: writers, budgets, assessments, progress.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "simulation/equation.hpp"
#include "simulation/ledger.hpp"

namespace galena {

/// A named table of results: the assessment's way to hand over what it found. Report and study only put tables together.
struct Table {
    struct Column {
        std::string name, unit;
        std::vector<double> numbers;     ///< either these
        std::vector<std::string> texts;  ///< or these
    };
    std::string name;  ///< "farmland_area": also the name of its CSV file and HDF5 group
    std::string title;
    std::vector<Column> columns;
};

/// A field that an observer makes for the outputs: a class map, for example.
struct ObserverField {
    std::string name, unit, meaning;
    const CellField* values = nullptr;
};

/// Lines in space with numbers: the pathlines of particles. Written as VTK polylines.
struct LineSet {
    struct Numbers {
        std::string name, unit;  ///< the numbers are in this unit
        std::vector<double> values;
    };
    std::string name;                                ///< of its file: "pathlines/<name>.vtp"
    std::vector<Point> points;                       ///< of all lines, one after the other, in the crs [m]
    std::vector<Index> begin;                        ///< first point of every line, and the number of points at the end
    std::vector<Numbers> point_values, line_values;  ///< one number per point, one per line
    std::string key;                                 ///< what codes among the numbers mean
};

/// What an observer is shown after a step, and once before the first.
struct Moment {
    const Domain& domain;
    const State& state;
    const Ledger& ledger;
    Step step;            ///< duration 0 before the first step
    bool output = false;  ///< fields are wanted now
    [[nodiscard]] Date date() const { return step.origin.plus(state.time); }
};

class Observer {
public:
    virtual ~Observer() = default;
    /// Called before the first step with output = true (not after a resume), then after every accepted step.
    virtual void observe(const Moment& moment) = 0;
    /// Fields to be written at output times; called right after observe().
    [[nodiscard]] virtual std::vector<ObserverField> fields() const { return {}; }
    /// Tables at the end of the run.
    [[nodiscard]] virtual std::vector<Table> tables() const { return {}; }
    /// Lines in space at the end of the run.
    [[nodiscard]] virtual std::vector<LineSet> lines() const { return {}; }
    /// Lines of the summary at the end.
    [[nodiscard]] virtual std::vector<std::string> summary() const { return {}; }

    virtual void save(CheckpointWriter&) const {}
    virtual void load(CheckpointReader&) {}
};

/// How models offer an observer: null when the site file does not ask for it.
struct ObserverKind {
    std::string name;
    std::function<std::unique_ptr<Observer>(const Site&, Domain&, Diagnostics&)> create;
};

class ObserverIndex {
public:
    static ObserverIndex& instance();
    bool add(ObserverKind kind);
    [[nodiscard]] const std::vector<ObserverKind>& kinds() const { return kinds_; }

private:
    std::vector<ObserverKind> kinds_;
};

}  // namespace galena
