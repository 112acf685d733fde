// The system as C4 diagrams: Structurizr DSL, LikeC4, and Mermaid for pages that render it.
#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "generate/names.h"
#include "generate/target.h"

namespace scantling::generate {
namespace {

enum class Part : std::uint8_t { Person, Service, Store, Channel, External };

struct Box {
  Part part = Part::Service;
  std::string id, title, technology, about;
};

struct Arrow {
  std::string from, to, text;
};

struct Picture {
  std::vector<Box> boxes;
  std::vector<Arrow> arrows;

  void arrow(const std::string& from, const std::string& to, const std::string& text) {
    for (const Arrow& each : arrows)
      if (each.from == from && each.to == to) return;
    arrows.push_back({from, to, text});
  }
};

std::string quoted(std::string_view text) {
  return "\"" + replace_all(replace_all(text, "\\", ""), "\"", "'") + "\"";
}

void add_boxes(const Plan& plan, Picture& out) {
  const Architecture& model = plan.model();
  std::set<std::string> actors;
  for (const Operation& operation : model.operations)
    if (operation.actor && actors.insert(*operation.actor).second)
      out.boxes.push_back({Part::Person, camel_name("actor-" + *operation.actor),
                           title_name(*operation.actor), "", ""});
  for (const ServicePlan& service : plan.services()) {
    const Service& of = model.services[service.id];
    out.boxes.push_back({Part::Service, camel_name("service-" + service.name),
                         title_name(service.name), of.runtime->language.or_else(""),
                         of.summary.or_else("Of team " + service.owner)});
  }
  for (const StoreId id : model.stores.ids())
    out.boxes.push_back({Part::Store, camel_name("store-" + plan.store_name(id)),
                         title_name(plan.store_name(id)), model.stores[id].engine.or_else(""), ""});
  for (const ChannelId id : model.channels.ids())
    out.boxes.push_back({Part::Channel, camel_name("channel-" + model.channels[id].name),
                         plan.channel_name(id), model.channels[id].broker.or_else(""), ""});
  for (const ExternalId id : model.externals.ids())
    out.boxes.push_back({Part::External, camel_name("external-" + plan.external_name(id)),
                         title_name(plan.external_name(id)), "", ""});
}

Picture picture(const Plan& plan) {
  const Architecture& model = plan.model();
  Picture out;
  add_boxes(plan, out);
  for (const PublicEndpoint& open : plan.public_endpoints())
    out.arrow(camel_name("actor-" + *model.operations[open.operation].actor),
              camel_name("service-" + plan.service(open.endpoint.service).name),
              title_name(model.operations[open.operation].name));
  for (const ServicePlan& service : plan.services()) {
    const std::string from = camel_name("service-" + service.name);
    for (const CallPlan& call : service.calls)
      if (call.callee.valid())
        out.arrow(from, camel_name("service-" + plan.service(call.callee.service).name),
                  title_name(model.endpoint(call.callee).name));
      else
        out.arrow(from, camel_name("external-" + plan.external_name(call.external)), "Calls");
    for (const StoreUse& use : service.stores)
      out.arrow(from, camel_name("store-" + plan.store_name(use.store)),
                use.writes ? "Reads and writes" : "Reads");
    for (const ChannelUse& use : service.publishes)
      out.arrow(from, camel_name("channel-" + model.channels[use.channel].name), "Publishes");
    for (const ChannelUse& use : service.consumes)
      out.arrow(camel_name("channel-" + model.channels[use.channel].name), from, "Is consumed by");
  }
  return out;
}

std::string structurizr(const Plan& plan, const Picture& all) {
  std::string out = "workspace " + quoted(title_name(plan.system())) + " " +
                    quoted(plan.model().summary.or_else("")) + " {\n  model {\n";
  for (const Box& box : all.boxes) {
    if (box.part == Part::Person) out += "    " + box.id + " = person " + quoted(box.title) + "\n";
    if (box.part == Part::External)
      out += "    " + box.id + " = softwareSystem " + quoted(box.title) + " \"\" \"External\"\n";
  }
  out += "    system = softwareSystem " + quoted(title_name(plan.system())) + " {\n";
  for (const Box& box : all.boxes) {
    if (box.part == Part::Person || box.part == Part::External) continue;
    const char* tag = box.part == Part::Store     ? "Store"
                      : box.part == Part::Channel ? "Channel"
                                                  : "Service";
    out += "      " + box.id + " = container " + quoted(box.title) + " " + quoted(box.about) + " " +
           quoted(box.technology) + " " + quoted(tag) + "\n";
  }
  out += "    }\n";
  for (const Arrow& arrow : all.arrows)
    out += "    " + arrow.from + " -> " + arrow.to + " " + quoted(arrow.text) + "\n";
  return out +
         "  }\n  views {\n    systemContext system {\n      include *\n      autoLayout lr\n    }\n"
         "    container system {\n      include *\n      autoLayout lr\n    }\n    styles {\n"
         "      element \"Store\" {\n        shape cylinder\n      }\n      element \"Channel\" {\n"
         "        shape pipe\n      }\n      element \"External\" {\n        background #999999\n"
         "      }\n      element \"Person\" {\n        shape person\n      }\n    }\n  }\n}\n";
}

std::string likec4(const Plan& plan, const Picture& all) {
  std::string out =
      "specification {\n  element actor {\n    style {\n      shape person\n    }\n  }\n  element "
      "system\n  element service\n  element store {\n    style {\n      shape cylinder\n    }\n  "
      "}\n"
      "  element channel {\n    style {\n      shape queue\n    }\n  }\n  element external {\n    "
      "style {\n      color muted\n    }\n  }\n}\n\nmodel {\n";
  const auto kind = [](Part part) {
    constexpr const char* kKinds[] = {"actor", "service", "store", "channel", "external"};
    return std::string(kKinds[static_cast<std::size_t>(part)]);
  };
  const auto outside = [](Part part) { return part == Part::Person || part == Part::External; };
  std::map<std::string, std::string> path;
  for (const Box& box : all.boxes) {
    path[box.id] = (outside(box.part) ? "" : "system.") + box.id;
    if (outside(box.part))
      out += "  " + box.id + " = " + kind(box.part) + " " + quoted(box.title) + "\n";
  }
  out += "  system = system " + quoted(title_name(plan.system())) + " {\n";
  for (const Box& box : all.boxes) {
    if (outside(box.part)) continue;
    out += "    " + box.id + " = " + kind(box.part) + " " + quoted(box.title) + " {\n";
    if (!box.technology.empty()) out += "      technology " + quoted(box.technology) + "\n";
    if (!box.about.empty()) out += "      description " + quoted(box.about) + "\n";
    out += "    }\n";
  }
  out += "  }\n";
  for (const Arrow& arrow : all.arrows)
    out += "  " + path[arrow.from] + " -> " + path[arrow.to] + " " + quoted(arrow.text) + "\n";
  return out +
         "}\n\nviews {\n  view index {\n    title \"Context\"\n    include *\n  }\n  view "
         "containers "
         "of system {\n    title \"Containers\"\n    include *\n  }\n}\n";
}

std::string mermaid(const Plan& plan, const Picture& all) {
  std::string out = "C4Container\n  title " + title_name(plan.system()) + "\n";
  const auto line = [](const char* shape, const Box& box) {
    return std::string("  ") + shape + "(" + box.id + ", " + quoted(box.title) +
           (box.technology.empty() ? "" : ", " + quoted(box.technology)) + ")\n";
  };
  for (const Box& box : all.boxes) {
    if (box.part == Part::Person) out += line("Person", box);
    if (box.part == Part::External) out += line("System_Ext", box);
  }
  out += "  System_Boundary(system, " + quoted(title_name(plan.system())) + ") {\n";
  for (const Box& box : all.boxes) {
    if (box.part == Part::Service) out += "  " + line("Container", box);
    if (box.part == Part::Store) out += "  " + line("ContainerDb", box);
    if (box.part == Part::Channel) out += "  " + line("ContainerQueue", box);
  }
  out += "  }\n";
  for (const Arrow& arrow : all.arrows)
    out += "  Rel(" + arrow.from + ", " + arrow.to + ", " + quoted(arrow.text) + ")\n";
  return out;
}

}  // namespace

void target_c4(const Plan& plan, Output& out) {
  const Picture all = picture(plan);
  out.add("docs/c4/workspace.dsl", structurizr(plan, all));
  out.add("docs/c4/model.c4", likec4(plan, all));
  out.add("docs/c4/containers.mmd", mermaid(plan, all));
}

}  // namespace scantling::generate
