#include "numerics/eigen_solvers.hpp"

#include <Eigen/Core>
#include <Eigen/IterativeLinearSolvers>
#include <Eigen/SparseCore>

#include "numerics/linear_system.hpp"
#include "numerics/vertical_lines.hpp"

namespace galena {
class EigenOperator;
}

// Eigen asks for these traits and this product to accept an operator that is not a matrix of its own
// (https://eigen.tuxfamily.org/dox/group__MatrixfreeSolverExample.html).
namespace Eigen::internal {
template <>
struct traits<galena::EigenOperator> : traits<SparseMatrix<double>> {};
}  // namespace Eigen::internal

namespace galena {

class EigenOperator : public Eigen::EigenBase<EigenOperator> {
public:
    using Scalar = double;
    using RealScalar = double;
    using StorageIndex = int;
    enum { ColsAtCompileTime = Eigen::Dynamic, MaxColsAtCompileTime = Eigen::Dynamic, IsRowMajor = false };

    StencilView<double> stencil;

    [[nodiscard]] Eigen::Index rows() const { return stencil.cell_count(); }
    [[nodiscard]] Eigen::Index cols() const { return stencil.cell_count(); }

    template <class Vector>
    Eigen::Product<EigenOperator, Vector, Eigen::AliasFreeProduct> operator*(const Eigen::MatrixBase<Vector>& x) const {
        return {*this, x.derived()};
    }
};

/// VerticalLines in the shape Eigen wants of a preconditioner.
class EigenLines {
public:
    template <class Matrix>
    EigenLines& analyzePattern(const Matrix&) {
        return *this;
    }
    template <class Matrix>
    EigenLines& factorize(const Matrix&) {
        return *this;
    }
    template <class Matrix>
    EigenLines& compute(const Matrix&) {
        return *this;
    }
    [[nodiscard]] Eigen::ComputationInfo info() const { return Eigen::Success; }

    template <class Vector>
    Eigen::VectorXd solve(const Vector& r) const {
        Eigen::VectorXd z(r.size());
        lines->apply({r.data(), static_cast<std::size_t>(r.size())}, {z.data(), static_cast<std::size_t>(z.size())});
        return z;
    }

    const VerticalLines* lines = nullptr;
};

}  // namespace galena

namespace Eigen::internal {
template <class Vector>
struct generic_product_impl<galena::EigenOperator, Vector, SparseShape, DenseShape, GemvProduct>
    : generic_product_impl_base<galena::EigenOperator, Vector, generic_product_impl<galena::EigenOperator, Vector>> {
    template <class Destination>
    static void scaleAndAddTo(Destination& y, const galena::EigenOperator& a, const Vector& x, const double& factor) {
        const VectorXd in = x;
        VectorXd product(in.size());
        const auto n = static_cast<std::size_t>(in.size());
        galena::multiply(a.stencil, {in.data(), n}, {product.data(), n});
        y.noalias() += factor * product;
    }
};
}  // namespace Eigen::internal

namespace galena {

namespace {

using Cg = Eigen::ConjugateGradient<EigenOperator, Eigen::Lower | Eigen::Upper, EigenLines>;
using Bicgstab = Eigen::BiCGSTAB<EigenOperator, EigenLines>;

/// Solves for the correction to the start, A d = b − A x: Eigen's norms then see neither fixed cells nor inactive ones.
template <class EigenSolver>
class MatrixFreeEigen {
public:
    void prepare(const StencilView<double>& a, bool symmetric) {
        const Stopwatch watch;
        system_.prepare(a, symmetric);
        lines_.prepare(a);
        operator_.stencil = a;
        residual_ = DoubleArray(a.cell_count());
        prepare_seconds_ = watch.seconds();
    }

    SolveReport solve(std::string_view name, std::span<const double> b, std::span<double> x, const SolveOptions& options) {
        const Stopwatch watch;
        SolveReport report;
        report.solver = name;
        report.prepare_seconds = prepare_seconds_;
        if (system_.start(b, x, residual_, options, report)) {
            iterate(x, options, report);
            system_.finish(b, x, residual_, options, report);
            report.history.push_back(report.relative_residual);
        }
        report.seconds = watch.seconds();
        return report;
    }

    [[nodiscard]] std::size_t bytes() const {  // Eigen holds six vectors of its own and one here
        return system_.bytes() + lines_.bytes() + 7 * sizeof(double) * static_cast<std::size_t>(residual_.size());
    }

private:
    void iterate(std::span<double> x, const SolveOptions& options, SolveReport& report) {
        EigenSolver solver;
        solver.preconditioner().lines = &lines_;
        solver.compute(operator_);
        // Half, so that the true residual, a little off the recurrence, meets the tolerance too.
        solver.setTolerance(0.5 * options.tolerance / report.relative_residual);
        solver.setMaxIterations(options.max_iterations);
        const Eigen::Map<const Eigen::VectorXd> r(residual_.data(), residual_.size());
        Eigen::Map<Eigen::VectorXd>(x.data(), std::ssize(x)) += solver.solve(r);
        report.iterations = static_cast<int>(solver.iterations());
    }

    LinearSystem system_;
    VerticalLines lines_;
    EigenOperator operator_;
    DoubleArray residual_;
    double prepare_seconds_ = 0;
};

class EigenConjugateGradient final : public SymmetricSolver {
public:
    void prepare(const SymmetricStencil& a) override { solver_.prepare(view(a), true); }
    SolveReport solve(std::span<const double> b, std::span<double> x, const SolveOptions& options) override {
        return solver_.solve("eigen_cg", b, x, options);
    }
    [[nodiscard]] std::size_t bytes() const override { return solver_.bytes(); }

private:
    MatrixFreeEigen<Cg> solver_;
};

class EigenBiCgStab final : public NonsymmetricSolver {
public:
    void prepare(const Stencil& a) override { solver_.prepare(view(a), false); }
    SolveReport solve(std::span<const double> b, std::span<double> x, const SolveOptions& options) override {
        return solver_.solve("eigen_bicgstab", b, x, options);
    }
    [[nodiscard]] std::size_t bytes() const override { return solver_.bytes(); }

private:
    MatrixFreeEigen<Bicgstab> solver_;
};

}  // namespace

std::unique_ptr<SymmetricSolver> make_eigen_conjugate_gradient() { return std::make_unique<EigenConjugateGradient>(); }
std::unique_ptr<NonsymmetricSolver> make_eigen_bicgstab() { return std::make_unique<EigenBiCgStab>(); }

}  // namespace galena
