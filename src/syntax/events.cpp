#include "syntax/events.h"

#include <yaml.h>

#include "base/assert.h"
#include "syntax/complaint.h"
#include "syntax/encoding.h"
#include "syntax/surrogates.h"

namespace scantling {

namespace {

std::string_view view(const yaml_char_t* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

ScalarStyle style_of(yaml_scalar_style_t style) {
  switch (style) {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE: return ScalarStyle::SingleQuoted;
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE: return ScalarStyle::DoubleQuoted;
    case YAML_LITERAL_SCALAR_STYLE: return ScalarStyle::Literal;
    case YAML_FOLDED_SCALAR_STYLE: return ScalarStyle::Folded;
    default: return ScalarStyle::Plain;
  }
}

}  // namespace

struct EventStream::Parser {
  Parser(std::string_view source, std::uint32_t from)
      : text(source), base(from), bytes(source), pairs(source) {
    SCANTLING_ASSERT(yaml_parser_initialize(&yaml) != 0);
    yaml_parser_set_input_string(&yaml, reinterpret_cast<const unsigned char*>(pairs.text().data()),
                                 text.size());
    yaml_parser_set_encoding(&yaml, YAML_UTF8_ENCODING);
  }
  ~Parser() {
    yaml_event_delete(&event);
    yaml_parser_delete(&yaml);
  }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  void fail() {
    problem.kind = SyntaxProblem::Kind::Malformed;
    if (yaml.error == YAML_MEMORY_ERROR || yaml.problem == nullptr) {
      problem.detail = "there is not enough memory to read it";
      return;
    }
    RawComplaint raw;
    raw.text = text;
    raw.context = yaml.context == nullptr ? "" : yaml.context;
    raw.problem = yaml.problem;
    raw.problem_at = bytes.offset(yaml.problem_mark.index);
    raw.context_at = bytes.offset(yaml.context_mark.index);
    raw.context_line = static_cast<int>(yaml.context_mark.line) + 1;
    Complaint complaint = explain(raw);
    problem.detail = std::move(complaint.detail);
    problem.span.begin = complaint.begin + base;
    problem.span.end = complaint.end + base;
  }

  std::string_view text;
  std::uint32_t base;
  ByteMap bytes;
  SurrogatePairs pairs;
  std::string restored;  // the last scalar's value, when it has such pairs
  yaml_parser_t yaml{};
  yaml_event_t event{};
  SyntaxProblem problem;
  bool failed = false;
};

EventStream::EventStream(std::string_view text, std::uint32_t base)
    : parser_(std::make_unique<Parser>(text, base)) {}

EventStream::~EventStream() = default;

const SyntaxProblem& EventStream::problem() const {
  return parser_->problem;
}

Event EventStream::next() {
  Parser& p = *parser_;
  Event out;
  out.kind = EventKind::Failed;
  if (p.failed) return out;
  do {
    yaml_event_delete(&p.event);
    if (yaml_parser_parse(&p.yaml, &p.event) == 0) {
      p.failed = true;
      p.fail();
      return out;
    }
  } while (p.event.type == YAML_STREAM_START_EVENT);

  out.begin = p.bytes.offset(p.event.start_mark.index) + p.base;
  out.end = p.bytes.offset(p.event.end_mark.index) + p.base;
  const yaml_char_t* anchor = nullptr;
  const yaml_char_t* tag = nullptr;
  switch (p.event.type) {
    case YAML_DOCUMENT_START_EVENT: out.kind = EventKind::DocumentStart; break;
    case YAML_DOCUMENT_END_EVENT: out.kind = EventKind::DocumentEnd; break;
    case YAML_ALIAS_EVENT:
      out.kind = EventKind::Alias;
      out.text = view(p.event.data.alias.anchor);
      break;
    case YAML_SCALAR_EVENT: {
      const auto& scalar = p.event.data.scalar;
      out.kind = EventKind::Scalar;
      out.style = style_of(scalar.style);
      out.text = {reinterpret_cast<const char*>(scalar.value), scalar.length};
      if (p.pairs.any_in(out.begin - p.base, out.end - p.base)) {
        p.restored =
            p.pairs.restore(out.text, out.begin - p.base, out.style == ScalarStyle::DoubleQuoted);
        out.text = p.restored;
      }
      anchor = scalar.anchor;
      tag = scalar.tag;
      break;
    }
    case YAML_SEQUENCE_START_EVENT: {
      const auto& sequence = p.event.data.sequence_start;
      out.kind = EventKind::SequenceStart;
      out.flow = sequence.style == YAML_FLOW_SEQUENCE_STYLE;
      anchor = sequence.anchor;
      tag = sequence.tag;
      break;
    }
    case YAML_MAPPING_START_EVENT: {
      const auto& map = p.event.data.mapping_start;
      out.kind = EventKind::MapStart;
      out.flow = map.style == YAML_FLOW_MAPPING_STYLE;
      anchor = map.anchor;
      tag = map.tag;
      break;
    }
    case YAML_SEQUENCE_END_EVENT: out.kind = EventKind::SequenceEnd; break;
    case YAML_MAPPING_END_EVENT: out.kind = EventKind::MapEnd; break;
    default: out.kind = EventKind::StreamEnd; break;
  }
  out.has_anchor = anchor != nullptr;
  out.has_tag = tag != nullptr;
  out.anchor = view(anchor);
  return out;
}

}  // namespace scantling
