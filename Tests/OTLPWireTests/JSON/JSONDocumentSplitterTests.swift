import TelemetryCore
import TestThreads
import Testing

@testable import OTLPWire

@Suite(.ownThreads) struct JSONDocumentSplitterTests {
  /// The pieces, as `line:column text` or `line! problem`, of a text that arrives in parts of `size` bytes.
  private func pieces(_ text: [UInt8], by size: Int = .max, maxBytes: Int = 64 << 20) -> [String] {
    var splitter = JSONDocumentSplitter(maxBytes: maxBytes)
    var result: [String] = []
    var rest = text[...]
    func describe(_ piece: JSONDocumentSplitter.Piece) -> String {
      switch piece {
      case .document(let document):
        "\(document.line):\(document.column) \(String(decoding: document.text, as: UTF8.self))"
      case .problem(let line, let reason): "\(line)! \(reason)"
      }
    }
    while !rest.isEmpty {
      splitter.append(Array(rest.prefix(size)))
      rest = rest.dropFirst(size)
      while let piece = splitter.next() { result.append(describe(piece)) }
    }
    splitter.finish()
    while let piece = splitter.next() { result.append(describe(piece)) }
    return result
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let text: String
    let pieces: [String]
    init(_ text: String, _ pieces: [String]) { (self.text, self.pieces) = (text, pieces) }
    var testDescription: String { text.debugDescription }
  }

  static let cases: [Case] = [
    Case("", []),
    Case(" \n\t\r\n", []),
    Case("{}", ["1:0 {}"]),
    Case("{}\n{\"a\":1}\n", ["1:0 {}", "2:0 {\"a\":1}"]),
    Case("{}{} {}", ["1:0 {}", "1:2 {}", "1:5 {}"]),
    Case("\u{FEFF}{}\n\u{FEFF}{}", ["1:3 {}", "2:3 {}"]),
    Case("\u{1E}{}\n\u{1E}{}\n", ["1:1 {}", "2:1 {}"]),
    Case("{\n  \"a\": [\n 1 ]\n}\n{}", ["1:0 {\n  \"a\": [\n 1 ]\n}", "5:0 {}"]),
    Case(#"{"a":"}{\"\\"}{}"#, [#"1:0 {"a":"}{\"\\"}"#, "1:14 {}"]),
    Case(#"{"a":-1.5e+3,"b":true,"c":{"d":[]}}"#, [#"1:0 {"a":-1.5e+3,"b":true,"c":{"d":[]}}"#]),
    Case("[{},{}\n,\n{\"a\":[]}]\n{}", ["1:1 {}", "1:4 {}", "3:0 {\"a\":[]}", "4:0 {}"]),
    Case("[]", []),
    Case("[{}", ["1:1 {}", "1! the array has no end"]),
    // Lines that begin no document.
    Case("not JSON\n{}", ["1:0 not JSON", "2:0 {}"]),
    Case("{} x\n{}", ["1:0 {}", "1:3 x", "2:0 {}"]),
    Case("12", ["1:0 12"]),
    Case("[1,2]\n{}", ["1:1 1,2]", "2:0 {}"]),
    Case("],{}", ["1:0 ],{}"]),
    // A malformed document ends at its error, and the next line is read.
    Case("{]\n{}", ["1:0 {]", "2:0 {}"]),
    Case("{\"a\" 1}\n{}", ["1:0 {\"a\" 1", "2:0 {}"]),
    Case("{\"a\":1,}{}\n{}", ["1:0 {\"a\":1,}", "2:0 {}"]),
    Case("{\"a\":\"cut\n{}\n", ["1:0 {\"a\":\"cut\n", "2:0 {}"]),
    Case("{\"a\":[\n{}\n{}", ["1:0 {\"a\":[\n{}\n{", "2:0 {}", "3:0 {}"]),
    Case("{\"a\":[\n{}", ["1:0 {\"a\":[\n{}", "2:0 {}"]),
    Case("{\n  \"a\": 1\n  \"b\": 2\n}\n{}", ["1:0 {\n  \"a\": 1\n  \"", "5:0 {}"]),
    Case("{\"a\":", ["1:0 {\"a\":"]),
  ]

  @Test(arguments: cases) func cuts(_ example: Case) {
    let text = Array(example.text.utf8)
    #expect(pieces(text) == example.pieces)
    for size in 1...4 { #expect(pieces(text, by: size) == example.pieces, "in pieces of \(size)") }
  }

  @Test func aDocumentThatIsTooLongIsNamedAndTheNextOneComes() {
    let long = "{\"a\":\"\(String(repeating: "x", count: 50))\"}"
    let expected = ["1! the document is longer than 20 bytes", "2:0 {\"b\":2}"]
    for size in [1, 7, 1000] { #expect(pieces(Array("\(long)\n{\"b\":2}".utf8), by: size, maxBytes: 20) == expected) }
  }

  @Test func depthIsBounded() {
    let deep = String(repeating: "{\"a\":", count: 100_000)
    let found = pieces(Array("\(deep)\n{}".utf8))
    #expect(found.count == 2)
    #expect(found.first.map { $0.count < 1000 } == true)
    #expect(found.last == "2:0 {}")
  }

  /// A line that begins no document is held only in part.
  @Test func garbageIsCut() {
    let found = pieces(Array((String(repeating: "x", count: 1 << 20) + "\n{}").utf8), by: 4096)
    #expect(found.map(\.count) == [204, 6])
  }

  /// Many damaged documents within each other don't make the time grow with their square.
  @Test func damageIsNotLookedAtForEver() {
    let text = Array((String(repeating: "{\"a\":[1,\n", count: 10_000)).utf8)
    #expect(pieces(text, by: 1 << 16).count == 10_000)
  }

  @Test("whatever the bytes and the pieces they come in, the same comes out", arguments: 0..<20 as Range<UInt64>)
  func anyBytes(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let alphabet = Array("{}[]\",:\\ \nab1-".utf8) + [0xEF, 0xBB, 0xBF, 0]
    for _ in 0..<200 {
      let count = Int.random(in: 0..<60, using: &random)
      let text = (0..<count).map { _ in alphabet.randomElement(using: &random)! }
      let whole = pieces(text, maxBytes: 40)
      #expect(pieces(text, by: Int.random(in: 1...5, using: &random), maxBytes: 40) == whole)
    }
  }
}
