#include "generate/dashboards.h"

#include "base/text.h"

namespace scantling::generate {
namespace {

constexpr int kHeight = 8;

Value source() {
  return map({{"type", "prometheus"}, {"uid", "${datasource}"}});
}

Value place(int x, int y, int width, int height) {
  return map({{"x", x}, {"y", y}, {"w", width}, {"h", height}});
}

}  // namespace

Dashboard::Dashboard(std::string uid, std::string title, std::string_view system) {
  if (uid.size() > 40) uid = uid.substr(0, 31) + "-" + hex16(fnv1a(uid)).substr(0, 8);
  const Value datasource = map({{"name", "datasource"},
                                {"type", "datasource"},
                                {"label", "Data source"},
                                {"query", "prometheus"},
                                {"refresh", 1},
                                {"hide", 0}});
  value_ = map({{"uid", uid},
                {"title", title},
                {"tags", list({"scantling", system})},
                {"schemaVersion", 41},
                {"editable", false},
                {"graphTooltip", 1},
                {"refresh", "1m"},
                {"timezone", "browser"},
                {"time", map({{"from", "now-6h"}, {"to", "now"}})},
                {"templating", map({{"list", list({datasource})}})},
                {"annotations", map({{"list", Value::empty_list()}})},
                {"panels", Value::empty_list()}});
}

void Dashboard::row(std::string_view title) {
  if (x_ > 0) y_ += kHeight;
  x_ = 0;
  value_["panels"].add(map({{"id", ++id_},
                            {"type", "row"},
                            {"title", title},
                            {"collapsed", false},
                            {"gridPos", place(0, y_, 24, 1)},
                            {"panels", Value::empty_list()}}));
  ++y_;
}

void Dashboard::add(const Panel& panel, int width) {
  if (x_ + width > 24) {
    x_ = 0;
    y_ += kHeight;
  }
  Value targets = Value::empty_list();
  char ref = 'A';
  for (const Query& query : panel.queries)
    targets.add(map({{"refId", std::string(1, ref++)},
                     {"datasource", source()},
                     {"expr", query.expression},
                     {"legendFormat", query.legend},
                     {"range", true}}));
  Value defaults = map({{"unit", panel.unit}});
  if (panel.kind == "timeseries" && panel.unit != "short") defaults.set("min", 0);
  Value steps = list({map({{"color", "green"}, {"value", Value()}})});
  if (panel.threshold > 0) {
    steps.add(map({{"color", "red"}, {"value", panel.threshold}}));
    if (panel.kind == "timeseries")
      defaults.set("custom", map({{"thresholdsStyle", map({{"mode", "dashed"}})}}));
  }
  defaults.set("thresholds", map({{"mode", "absolute"}, {"steps", std::move(steps)}}));
  Value out = map({{"id", ++id_},
                   {"type", panel.kind},
                   {"title", panel.title},
                   {"datasource", source()},
                   {"gridPos", place(x_, y_, width, kHeight)},
                   {"fieldConfig",
                    map({{"defaults", std::move(defaults)}, {"overrides", Value::empty_list()}})},
                   {"targets", std::move(targets)}});
  if (!panel.description.empty()) out.set("description", panel.description);
  value_["panels"].add(std::move(out));
  x_ += width;
}

}  // namespace scantling::generate
