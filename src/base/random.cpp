#include "base/random.h"

#include <cmath>

#include "base/text.h"

namespace scantling {
namespace {

// Right-most layer edge r and layer area v for 256 layers (Marsaglia, Tsang 2000, section 3).
constexpr double exponential_r = 7.69711747013104972;
constexpr double exponential_v = 3.949659822581572e-3;
constexpr double normal_r = 3.6541528853610088;
constexpr double normal_v = 4.92867323399e-3;

ZigguratTables make_tables() {
  ZigguratTables t;
  auto fill = [](double* x, double* f, double r, double v, auto density, auto inverse) {
    x[0] = v / density(r);
    x[1] = r;
    f[0] = 0;
    f[1] = density(r);
    for (int i = 2; i < 256; ++i) {
      f[i] = f[i - 1] + v / x[i - 1];
      x[i] = inverse(f[i]);
    }
    x[256] = 0;
    f[256] = 1;
  };
  fill(
      t.exponential_x, t.exponential_f, exponential_r, exponential_v,
      [](double x) { return std::exp(-x); }, [](double y) { return -std::log(y); });
  fill(
      t.normal_x, t.normal_f, normal_r, normal_v, [](double x) { return std::exp(-x * x / 2); },
      [](double y) { return std::sqrt(-2 * std::log(y)); });
  return t;
}

}  // namespace

const ZigguratTables ziggurat_tables = make_tables();

RandomStream::RandomStream(std::uint64_t seed, std::uint64_t replication, std::uint64_t purpose) {
  std::uint64_t state = seed;
  std::uint64_t mixed = split_mix(state);
  state = mixed ^ replication;
  mixed = split_mix(state);
  state = mixed ^ purpose;
  for (std::uint64_t& word : s_)
    word = split_mix(state);
}

double RandomStream::exponential_tail(std::size_t layer, double x) {
  double shift = 0;
  for (;;) {
    if (layer == 0) {
      shift += exponential_r;  // memoryless: the tail is the law again, moved
    } else {
      const double low = ziggurat_tables.exponential_f[layer];
      const double high = ziggurat_tables.exponential_f[layer + 1];
      if (low + uniform() * (high - low) < std::exp(-x)) return shift + x;
    }
    const std::uint64_t bits = next();
    layer = bits & 0xff;
    x = static_cast<double>(bits >> 11) * 0x1.0p-53 * ziggurat_tables.exponential_x[layer];
    if (x < ziggurat_tables.exponential_x[layer + 1]) return shift + x;
  }
}

double RandomStream::normal_tail(std::size_t layer, double x, double sign) {
  for (;;) {
    if (layer == 0) {  // Marsaglia 1964: beyond r
      double a = 0;
      double b = 0;
      do {
        a = exponential() / normal_r;
        b = exponential();
      } while (b + b < a * a);
      return sign * (normal_r + a);
    }
    const double low = ziggurat_tables.normal_f[layer];
    const double high = ziggurat_tables.normal_f[layer + 1];
    if (low + uniform() * (high - low) < std::exp(-x * x / 2)) return sign * x;
    const std::uint64_t bits = next();
    layer = bits & 0xff;
    sign = (bits & 0x100) ? 1.0 : -1.0;
    x = static_cast<double>(bits >> 11) * 0x1.0p-53 * ziggurat_tables.normal_x[layer];
    if (x < ziggurat_tables.normal_x[layer + 1]) return sign * x;
  }
}

std::uint64_t random_purpose(std::string_view name) {
  return fnv1a(name);
}

}  // namespace scantling
