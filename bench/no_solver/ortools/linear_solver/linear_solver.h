// The few names of OR-Tools that pabumeasures spells, without a solver behind them: whoever asks for
// one gets an exception. See ../../ortoolsConfig.cmake.
#pragma once
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>

namespace operations_research {

struct MPVariable {};

struct MPConstraint {
    void SetCoefficient(const MPVariable *, double) {}
};

struct MPObjective {
    void SetCoefficient(const MPVariable *, double) {}
    void SetMaximization() {}
    double Value() const { return 0; }
};

struct MPSolver {
    enum ResultStatus { OPTIMAL, NOT_SOLVED };

    static MPSolver *CreateSolver(const std::string &) {
        throw std::runtime_error("built without a solver: rules only");
    }
    static double infinity() { return std::numeric_limits<double>::infinity(); }
    MPVariable *MakeIntVar(double, double, const std::string &) { return nullptr; }
    MPVariable *MakeBoolVar(const std::string &) { return nullptr; }
    MPConstraint *MakeRowConstraint(double, double) { return nullptr; }
    MPObjective *MutableObjective() { return nullptr; }
    ResultStatus Solve() { return NOT_SOLVED; }
};

} // namespace operations_research
