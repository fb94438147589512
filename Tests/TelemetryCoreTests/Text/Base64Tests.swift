import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct Base64Tests {
  @Test func bytesOfAnyLengthAreReadBack() {
    var random = SeededRandom(seed: 3)
    for count in 0..<100 {
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
      let text = Base64.text(of: bytes)
      let urlSafe = text.replacing("+", with: "-").replacing("/", with: "_")
      #expect(text.utf8.count == (count + 2) / 3 * 4)
      #expect(Base64.decode(text.utf8) == bytes)
      #expect(Base64.decode(text.prefix { $0 != "=" }.utf8) == bytes)
      #expect(Base64.decode(urlSafe.utf8, acceptsURLSafe: true) == bytes)
      #expect((Base64.decode(urlSafe.utf8) == nil) == (urlSafe != text))
    }
  }

  @Test(
    "text that isn't base64 is refused",
    arguments: ["A", "AAAAA", "AA=", "AA===", "A===", "====", "AAAA=", "=AAA", "AA=A", "A A=", "AA\n=", "ÄA=="])
  func refused(text: String) { #expect(Base64.decode(text.utf8, acceptsURLSafe: true) == nil) }
}
