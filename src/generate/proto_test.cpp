// Descriptors and samples against bytes worked out by hand from the wire format; the whole files
// are compared with protoc's own in tests/validators.
#include "generate/proto.h"

#include <gtest/gtest.h>

namespace scantling::generate {
namespace {

ProtoFile counter() {
  ProtoFile out;
  out.path = "a.proto";
  out.package = "p";
  out.services = {{"S", {{{}, "M", "", "", true}}}};
  out.messages = {{"MRequest", "", {{"string", "x_id"}}},
                  {"MResponse", "", {{"Thing", "things", true}, {"string", "next_page_token"}}},
                  {"Thing", "", {{"string", "thing_id"}, {"int64", "revision"}}}};
  return out;
}

TEST(Proto, DescriptorsHaveTheWireFormat) {
  using namespace std::string_literals;
  const std::string all = proto_descriptors(counter());
  // The file's name and package; a message's name; a field's name, number 1, label 1, type 9.
  EXPECT_NE(all.find("\x0a\x07"
                     "a.proto\x12\x01p\x22\x1d\x0a\x08MRequest"
                     "\x12\x11\x0a\x04x_id\x18\x01\x20\x01\x28\x09\x52\x03xId"s),
            std::string::npos);
  // A message's type is its full name; a list has label 3.
  EXPECT_NE(all.find("\x0a\x06things\x18\x01\x20\x03\x28\x0b\x32\x08.p.Thing\x52\x06things"s),
            std::string::npos);
  // IDEMPOTENT is 2 of option 34.
  EXPECT_NE(all.find("\x0a\x01M\x12\x0b.p.MRequest\x1a\x0c.p.MResponse\x22\x03\x90\x02\x02"s),
            std::string::npos);
  EXPECT_TRUE(all.ends_with("\x62\x06proto3"));
}

TEST(Proto, SamplesHoldIdentities) {
  const ProtoFile file = counter();
  const ProtoSample asked = proto_sample(file, *file.message("MRequest"));
  EXPECT_EQ(asked.bytes, "\x0a\x03x-1");
  EXPECT_EQ(asked.texts, std::vector<std::string>{"$.x_id"});
  const ProtoSample given = proto_sample(file, *file.message("MResponse"));
  EXPECT_EQ(given.bytes, "\x0a\x09\x0a\x07thing-1");
  EXPECT_EQ(given.lists, std::vector<std::string>{"$.things"});
  EXPECT_EQ(given.texts, std::vector<std::string>{"$.things[*].thing_id"});
}

// RFC 1321, appendix A.5; RFC 4648, section 10.
TEST(Digest, FollowsTheirVectors) {
  EXPECT_EQ(md5_hex(""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(md5_hex("abc"), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(
      md5_hex("12345678901234567890123456789012345678901234567890123456789012345678901234567890"),
      "57edf4a22be3c955ac49da2e2107b67a");
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
}

}  // namespace
}  // namespace scantling::generate
