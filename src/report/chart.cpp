#include "report/chart.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "base/units.h"
#include "report/facts.h"
#include "report/svg.h"

namespace scantling {

namespace {

constexpr double kWidth = 420, kHeight = 160;
constexpr double kLeft = 54, kRight = 20, kTop = 12, kBottom = 26;
constexpr std::size_t kMostPoints = 300;

std::string value_label(double value, const std::string& unit) {
  if (unit == "s") return value == 0 ? "0" : readable_seconds(value);
  if (unit == "share") return percent(value);
  return value == 0 ? "0" : per_second(value);
}

std::string time_label(double seconds) {
  if (seconds == 0) return "0";
  if (seconds < 60) return number_text(seconds, 4) + " s";
  const double minutes = seconds / 60;
  return number_text(minutes, 3) + " min";
}

// At most kMostPoints of them, each standing for as many buckets; the width of one in seconds.
struct Points {
  std::vector<double> values;
  double bucket_seconds = 1;
};
Points merged(const ChartLine& line) {
  const std::size_t each = (line.values.size() + kMostPoints - 1) / kMostPoints;
  if (each <= 1) return {line.values, line.bucket_seconds};
  Points out{{}, line.bucket_seconds * static_cast<double>(each)};
  for (std::size_t i = 0; i < line.values.size(); i += each) {
    double sum = 0, most = 0, count = 0;
    for (std::size_t j = i; j < std::min(i + each, line.values.size()); ++j) {
      if (!std::isfinite(line.values[j])) continue;
      sum += line.values[j];
      most = count > 0 ? std::max(most, line.values[j]) : line.values[j];
      ++count;
    }
    out.values.push_back(count == 0 ? std::nan("") : line.peaks ? most : sum / count);
  }
  return out;
}

struct Scale {
  double seconds = 1, most = 1;
  double x(double at) const { return kLeft + (kWidth - kLeft - kRight) * at / seconds; }
  double y(double value) const {
    const double share = std::clamp(value / most, 0.0, 1.0);
    return kHeight - kBottom - (kHeight - kTop - kBottom) * share;
  }
};

std::string path_of(const Points& points, const Scale& scale) {
  std::string out;
  bool pen_down = false;
  for (std::size_t i = 0; i < points.values.size(); ++i) {
    if (!std::isfinite(points.values[i])) {
      pen_down = false;
      continue;
    }
    const double at = (static_cast<double>(i) + .5) * points.bucket_seconds;
    out += fmt::format("{}{} {}", pen_down ? "L" : "M", px(scale.x(std::min(at, scale.seconds))),
                       px(scale.y(points.values[i])));
    pen_down = true;
  }
  return out;
}

std::string data_of(const Points& points) {
  std::string out;
  for (const double value : points.values) {
    if (!out.empty()) out += ',';
    if (std::isfinite(value)) out += number_text(value, 4);
  }
  return out;
}

std::string grid_svg(const Scale& scale, const std::vector<double>& ticks,
                     const std::string& unit) {
  std::string out;
  for (const double tick : ticks) {
    out += fmt::format("<path class=\"grid\" d=\"M{} {}H{}\"/>", px(kLeft), px(scale.y(tick)),
                       px(kWidth - kRight));
    out += fmt::format("<text class=\"tick y\" x=\"{}\" y=\"{}\">{}</text>", px(kLeft - 8),
                       px(scale.y(tick) + 3.5), escape_html(value_label(tick, unit)));
  }
  for (const double tick : time_ticks(scale.seconds, 5))
    out += fmt::format("<text class=\"tick x\" x=\"{}\" y=\"{}\">{}</text>", px(scale.x(tick)),
                       px(kHeight - 8), time_label(tick));
  return out;
}

std::string described(const LineChart& chart, double most) {
  std::string out = chart.title;
  for (const ChartLine& line : chart.lines) {
    double last = std::nan(""), top = 0;
    for (const double value : line.values)
      if (std::isfinite(value)) {
        last = value;
        top = std::max(top, value);
      }
    out += fmt::format("; {}: at most {}, at the end {}", line.name, value_label(top, chart.unit),
                       std::isfinite(last) ? value_label(last, chart.unit) : "nothing");
  }
  if (chart.threshold)
    out += fmt::format("; {} {}", chart.threshold_label, value_label(*chart.threshold, chart.unit));
  return most > 0 ? out : chart.title;
}

std::string legend_html(const LineChart& chart, double most) {
  std::string out =
      "<figcaption><span class=\"chart-title\">" + escape_html(chart.title) + "</span>";
  for (const ChartLine& line : chart.lines)
    out += fmt::format("<span class=\"key line-{}\">{}</span>", line.style, escape_html(line.name));
  if (chart.threshold)
    out += fmt::format("<span class=\"key line-threshold\">{} {}{}</span>",
                       escape_html(chart.threshold_label),
                       escape_html(value_label(*chart.threshold, chart.unit)),
                       *chart.threshold <= most ? "" : ", above what is drawn");
  if (!chart.bands.empty()) out += "<span class=\"key band\">fault</span>";
  return out + "</figcaption>";
}

}  // namespace

std::vector<double> nice_ticks(double most, int wanted) {
  if (!(most > 0) || !std::isfinite(most)) return {0, 1};
  const double raw = most / std::max(wanted, 1);
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  const double digit = raw / power;
  const double step = (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10) * power;
  std::vector<double> out;
  for (int i = 0;; ++i) {
    out.push_back(i * step);
    if (out.back() >= most * (1 - 1e-9)) return out;
  }
}

std::vector<double> time_ticks(double seconds, int wanted) {
  constexpr double steps[] = {1,   2,   5,    10,   15,   30,    60,    120,  300,
                              600, 900, 1800, 3600, 7200, 21600, 43200, 86400};
  double step = steps[std::size(steps) - 1];
  for (const double candidate : steps)
    if (seconds / candidate <= wanted) {
      step = candidate;
      break;
    }
  std::vector<double> out;
  for (int i = 0; i * step <= seconds * (1 + 1e-9) && i < 1000; ++i)
    out.push_back(i * step);
  return out;
}

std::string chart_svg(const LineChart& chart) {
  Scale scale{0, 0};
  for (const ChartLine& line : chart.lines) {
    scale.seconds =
        std::max(scale.seconds, static_cast<double>(line.values.size()) * line.bucket_seconds);
    for (const double value : line.values)
      if (std::isfinite(value)) scale.most = std::max(scale.most, value);
  }
  if (scale.seconds <= 0) return "";
  const double highest = scale.most;
  if (chart.threshold && *chart.threshold <= 4 * std::max(highest, 1e-9))
    scale.most = std::max(scale.most, *chart.threshold * 1.08);
  if (chart.unit == "share") scale.most = std::max(scale.most, 1.0);
  const std::vector<double> ticks = nice_ticks(scale.most, 3);
  scale.most = ticks.back();

  std::string body;
  for (const auto& [from, to] : chart.bands) {
    const double left = scale.x(std::clamp(from, 0.0, scale.seconds));
    const double right = scale.x(std::clamp(to, 0.0, scale.seconds));
    body += fmt::format("<rect class=\"band\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
                        px(left), px(kTop), px(right - left), px(kHeight - kTop - kBottom));
  }
  body += grid_svg(scale, ticks, chart.unit);
  if (chart.threshold && *chart.threshold <= scale.most)
    body += fmt::format("<path class=\"threshold\" d=\"M{} {}H{}\"/>", px(kLeft),
                        px(scale.y(*chart.threshold)), px(kWidth - kRight));
  for (const ChartLine& line : chart.lines) {
    const Points points = merged(line);
    body += fmt::format(
        "<path class=\"line line-{}\" d=\"{}\" data-name=\"{}\" data-bucket=\"{}\" "
        "data-values=\"{}\"/>",
        line.style, path_of(points, scale), escape_html(line.name),
        number_text(points.bucket_seconds), data_of(points));
  }
  return fmt::format(
      "<figure class=\"chart\">{}<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\" "
      "data-unit=\"{}\" data-seconds=\"{}\" data-left=\"{}\" data-right=\"{}\">{}</svg></figure>\n",
      legend_html(chart, scale.most), px(kWidth), px(kHeight),
      escape_html(described(chart, highest)), escape_html(chart.unit), number_text(scale.seconds),
      px(kLeft), px(kWidth - kRight), body);
}

std::string bars_html(const std::vector<BarPart>& parts) {
  double most = 0;
  for (const BarPart& part : parts)
    most = std::max({most, part.mean, part.p99});
  if (most <= 0) return "";
  std::string out =
      "<table class=\"bars\"><thead><tr><th>hop</th><th><span class=\"vh\">share</span></th>"
      "<th class=\"num\">mean</th><th class=\"num\">slowest 1%</th></tr></thead><tbody>";
  for (const BarPart& part : parts)
    out += fmt::format(
        "<tr><th scope=\"row\">{}</th><td class=\"bar\" aria-hidden=\"true\"><span><i "
        "class=\"p99\" "
        "style=\"width:{}%\"></i><i class=\"mean\" style=\"width:{}%\"></i></span></td>"
        "<td class=\"num\">{}</td><td class=\"num\">{}</td></tr>",
        escape_html(part.name), px(100 * part.p99 / most), px(100 * part.mean / most),
        readable_seconds(part.mean), readable_seconds(part.p99));
  return out + "</tbody></table>\n";
}

}  // namespace scantling
