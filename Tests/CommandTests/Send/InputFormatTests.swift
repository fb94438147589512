import TelemetryCore
import TestThreads
import Testing
import otlp

@Suite(.ownThreads) struct InputFormatTests {
  @Test(arguments: [
    ("", InputFormat.text), ("{", .text), ("{\"resour", .text), ("\u{FEFF}{}", .text), ("[", .text), ("\n\n{", .text),
  ])
  func jsonIsText(_ prefix: String, _ format: InputFormat) { #expect(InputFormat(Array(prefix.utf8)) == format) }

  @Test func binaryBytesAreNeverText() {
    var random = SeededRandom(seed: 1)
    for _ in 0..<2000 {
      let bytes = (0..<Int.random(in: 0...8, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      if InputFormat(bytes) == .text { #expect(!bytes.contains(0)) }
    }
    #expect(InputFormat([0x1F, 0x8B, 8, 0]) == .gzip)
  }
}
