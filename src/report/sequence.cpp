#include "report/sequence.h"

#include <fmt/core.h>

#include <algorithm>

#include "model/reads.h"

namespace scantling {

namespace {

struct Pending {
  const Step* step;
  int from;           // participant whose step it is
  std::size_t depth;  // of calls
  std::string when;   // not empty: it may not happen
};

class Builder {
 public:
  Builder(const Architecture& model, OperationId operation) : model_(model) {
    const Operation& op = model_.operations[operation];
    out_.title = op.name;
    const std::vector<EndpointId> endpoints = endpoints_of(model_, operation);
    if (endpoints.empty()) return;
    start(op, endpoints.front());
    while (!pending_.empty()) {
      const Pending at = std::move(pending_.back());
      pending_.pop_back();
      if (out_.messages.size() >= kMaxMessages) {
        out_.cut = true;
        break;
      }
      visit(at);
    }
  }
  Sequence take() { return std::move(out_); }

 private:
  void start(const Operation& op, EndpointId endpoint) {
    const Endpoint& entry = model_.endpoint(endpoint);
    const std::string& service = model_.services[endpoint.service].name;
    std::string from = op.actor.value;
    if (from.empty() && entry.consumes) from = entry.consumes->name;
    if (from.empty()) from = entry.every ? "clock" : "caller";
    const int caller = participant(from);
    const int callee = participant(service);
    out_.messages.push_back({caller, callee, entry.name, entry.consumes.has(), false, {}});
    push(entry.steps.value, callee, 0, {});
  }

  void push(const std::vector<Step>& steps, int from, std::size_t depth, const std::string& when) {
    for (auto it = steps.rbegin(); it != steps.rend(); ++it)
      pending_.push_back({&*it, from, depth, when});
  }

  int participant(const std::string& name) {
    const auto found = std::find(out_.participants.begin(), out_.participants.end(), name);
    if (found != out_.participants.end())
      return static_cast<int>(found - out_.participants.begin());
    out_.participants.push_back(name);
    return static_cast<int>(out_.participants.size()) - 1;
  }

  void message(const Pending& at, const std::string& to, std::string text, bool asynchronous) {
    out_.messages.push_back(
        {at.from, participant(to), std::move(text), asynchronous, !at.when.empty(), at.when});
  }

  void visit(const Pending& at) {
    const Step& step = *at.step;
    // What comes after the step's own message goes on the stack first.
    push(step.fallback, at.from, at.depth, "on failure");
    if (step.miss) push(step.miss->then, at.from, at.depth, "miss");
    for (auto it = step.branches.rbegin(); it != step.branches.rend(); ++it)
      push(it->steps, at.from, at.depth,
           it->share ? percent(it->share->value) + " of requests" : "otherwise");
    push(step.steps, at.from, at.depth, at.when);
    switch (step.kind) {
      case StepKind::Call: call(at); break;
      case StepKind::Read:
      case StepKind::Write:
        if (step.store.valid())
          message(
              at, model_.stores[step.store].name,
              std::string(to_text_enum(step.kind)) + (chooses_any_copy(step) ? " any copy" : ""),
              false);
        break;
      case StepKind::Publish:
        if (step.channel.valid())
          message(at, model_.channels[step.channel].name, "publish " + step.event, true);
        break;
      default: break;
    }
  }

  void call(const Pending& at) {
    const Step& step = *at.step;
    if (step.external.valid()) {
      message(at, model_.externals[step.external].name, "call", false);
      return;
    }
    if (!step.endpoint.valid()) return;
    const Endpoint& callee = model_.endpoint(step.endpoint);
    const std::string& service = model_.services[step.endpoint.service].name;
    message(at, service, callee.name, false);
    if (at.depth + 1 >= kMaxCallDepth) {
      out_.cut = true;
      return;
    }
    push(callee.steps.value, participant(service), at.depth + 1, at.when);
  }

  const Architecture& model_;
  Sequence out_;
  std::vector<Pending> pending_;
};

}  // namespace

Sequence sequence_of(const Facts& facts, OperationId operation) {
  return Builder(facts.model, operation).take();
}

std::vector<Sequence> main_sequences(const Facts& facts, std::size_t most) {
  std::vector<Sequence> all;
  for (const OperationId id : facts.model.operations.ids()) {
    if (!facts.model.operations[id].actor) continue;
    Sequence sequence = sequence_of(facts, id);
    if (sequence.messages.size() > 1) all.push_back(std::move(sequence));
  }
  std::stable_sort(all.begin(), all.end(), [](const Sequence& a, const Sequence& b) {
    return a.messages.size() > b.messages.size();
  });
  if (all.size() > most) all.resize(most);
  return all;
}

std::string mermaid_text(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '\n':
      case '\r': out += ' '; break;
      case ';': out += "#59;"; break;
      case '#': out += "#35;"; break;
      case '<': out += "#lt;"; break;
      case '>': out += "#gt;"; break;
      case '"': out += "#quot;"; break;
      case '`': out += "#96;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string to_mermaid(const Sequence& sequence) {
  std::string out = "sequenceDiagram\n";
  for (std::size_t i = 0; i < sequence.participants.size(); ++i)
    out += fmt::format("  participant p{} as {}\n", i, mermaid_text(sequence.participants[i]));
  for (const SequenceMessage& message : sequence.messages) {
    std::string text = message.text;
    if (message.maybe) text += fmt::format(" ({})", message.when);
    out += fmt::format("  p{}{}p{}: {}\n", message.from, message.asynchronous ? "-)" : "->>",
                       message.to, mermaid_text(text));
  }
  if (sequence.cut) out += "  Note over p0: cut here\n";
  return out;
}

}  // namespace scantling
