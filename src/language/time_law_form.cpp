// The forms of a time that varies: a text, or a map of mean and spread; samples from a file.
#include <algorithm>

#include "base/text.h"
#include "language/kinds.h"
#include "language/load.h"
#include "language/output.h"
#include "language/reader.h"
#include "language/types.h"
#include "language/writer.h"

namespace scantling {

namespace {

constexpr std::size_t kMostSamples = 1'000'000;
constexpr std::string_view kForms =
    "3ms (mean), fixed 3ms, exponential 3ms, { mean: 3ms, p99: 15ms }, { mean: 3ms, cv: 2 }, "
    "uniform 1ms..5ms, normal 300ms sd 30ms, empirical samples.csv";

// One duration a line; a first line that is none is a heading. Blank lines and those that start
// with '#' don't count.
bool load_samples(Reader& reader, const Place& place, TimeLaw& law) {
  const Span span = reader.at(place.value).span;
  if (!is_plain_relative(law.file)) {
    reader.bad_value(place, "empirical " + shown(law.file) + " is not a relative path",
                     {"a path relative to the model's folder, for example empirical samples.csv"});
    return false;
  }
  const std::string path = path_beside(reader.sources().path(span.file), law.file);
  const Expected<std::string> text = reader.files().read(path);
  if (!text) {
    reader.problem(kUnreadableFile, span, text.error().message);
    return false;
  }
  std::size_t number = 0;
  for (const std::string_view raw : split(*text, '\n')) {
    ++number;
    const std::string_view line = trim(raw);
    if (line.empty() || line.starts_with('#')) continue;
    const auto sample = parse_duration(line);
    if (!sample && number == 1) continue;
    if (!sample) {
      reader.bad_value(
          place, path + ":" + std::to_string(number) + ": " + shown(line) + " is not a duration",
          {"one duration a line: 250us, 3ms, 1.5s"});
      return false;
    }
    law.samples.push_back(*sample);
    if (law.samples.size() <= kMostSamples) continue;
    reader.problem(kTooLarge, span, path + " has more than 1000000 samples");
    return false;
  }
  if (law.samples.empty()) {
    reader.bad_value(place, path + " has no samples", {"one duration a line: 250us, 3ms, 1.5s"});
    return false;
  }
  std::sort(law.samples.begin(), law.samples.end());
  double sum = 0;
  for (const Duration sample : law.samples)
    sum += sample.seconds();
  law.mean = Duration::from_seconds(sum / static_cast<double>(law.samples.size()));
  return true;
}

bool read_map(Reader& reader, const Place& place, TimeLaw& law) {
  const Value map = reader.at(place.value);
  std::optional<Duration> mean, p99;
  std::optional<double> variation;
  for (int i = 0; i < map.count; ++i) {
    const Member& member = reader.document().member(map, i);
    const Place inner{member.key, member.key_span, member.value};
    Duration duration;
    double number = 0;
    if (member.key == "mean" || member.key == "p99") {
      if (!reader.read(duration_type, inner, &duration)) return false;
      (member.key == "mean" ? mean : p99) = duration;
    } else if (member.key == "cv") {
      if (!reader.read(number_type, inner, &number)) return false;
      variation = number;
    } else {
      Diagnostic& d = reader.problem(kUnknownKey, member.key_span,
                                     "unknown key " + shown(member.key) + " in a time");
      d.allowed = {"mean with p99 or cv, for example { mean: 3ms, p99: 15ms }"};
      return false;
    }
  }
  if (!mean) {
    Diagnostic& d =
        reader.problem(kMissingKey, place.key_span.valid() ? place.key_span : map.span,
                       (place.key.empty() ? "time" : std::string(place.key)) + " has no `mean`");
    d.allowed = {"{ mean: 3ms, p99: 15ms }"};
    return false;
  }
  law.kind = TimeLaw::Kind::Lognormal;
  law.mean = *mean;
  if (p99 && variation) {
    reader.contradiction(map.span, "p99 and cv both say how far the time spreads",
                         "a lognormal time has one mean and one spread: give p99 or cv");
    return false;
  }
  if (variation) law.variation = *variation;
  if (!p99) return true;
  if (*p99 < *mean) {
    reader.contradiction(map.span, "p99 " + to_text(*p99) + " is less than mean " + to_text(*mean),
                         "a 99th percentile of a long-tailed time is not below its mean");
    return false;
  }
  const auto fitted = fit_lognormal(*mean, *p99);
  if (!fitted) {
    reader.contradiction(
        map.span, "no lognormal time has mean " + to_text(*mean) + " and p99 " + to_text(*p99),
        "p99 is at most 14.96 times the mean (exp(z^2/2), z = 2.3263)");
    return false;
  }
  law = *fitted;
  return true;
}

bool read_time(Reader& reader, const Place& place, void* value) {
  TimeLaw law;
  if (reader.at(place.value).kind == NodeKind::Map) {
    if (!read_map(reader, place, law)) return false;
  } else {
    std::string_view text;
    if (!reader.text_of(place, kForms, text)) return false;
    const auto parsed = parse_time_law(text);
    if (!parsed) {
      reader.bad_scalar(place, time_law_type, text);
      return false;
    }
    law = *parsed;
    if (law.kind == TimeLaw::Kind::Empirical && !load_samples(reader, place, law)) return false;
  }
  *static_cast<TimeLaw*>(value) = std::move(law);
  return true;
}

Out write_time(const Writer&, const void* value) {
  const auto& law = *static_cast<const TimeLaw*>(value);
  if (law.kind != TimeLaw::Kind::Lognormal || (!law.p99 && law.variation == 1))
    return Out::scalar(to_text(law));
  Out map = Out::map();
  map.add("mean", Out::scalar(to_text(law.mean)));
  if (law.p99)
    map.add("p99", Out::scalar(to_text(*law.p99)));
  else
    map.add("cv", Out::scalar(number_text(law.variation)));
  return map;
}

constexpr std::string_view kSchema = R"({"oneOf": [
  {"type": "string",
   "pattern": "^((fixed |exponential )?[0-9]+(\\.[0-9]+)? ?(ns|us|ms|s|min|h|d|w|y)|uniform .+\\.\\..+|normal .+ sd .+|empirical .+)$"},
  {"type": "object", "additionalProperties": false, "required": ["mean"],
   "properties": {"mean": {"$ref": "#/$defs/duration"}, "p99": {"$ref": "#/$defs/duration"},
                  "cv": {"type": "number", "minimum": 0}}}]})";

constexpr Type make_time_law() {
  Type t;
  t.kind = TypeKind::Custom;
  t.name = "time";
  t.forms = kForms;
  t.example = "{ mean: 3ms, p99: 15ms }";
  t.bare[0] = "{}ms";
  t.bare[1] = "{}s";
  t.custom = {read_time, write_time,
              [](const void* a, const void* b) {
                return *static_cast<const TimeLaw*>(a) == *static_cast<const TimeLaw*>(b);
              },
              kSchema};
  return t;
}

}  // namespace

const Type time_law_type = make_time_law();

}  // namespace scantling
