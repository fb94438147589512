import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct W3CBaggagePropagatorTests {
  private let propagator = W3CBaggagePropagator()

  private func extract(_ headers: String...) -> Baggage {
    propagator.extract(from: headers.map { (name: "baggage", value: $0) }, into: TraceContext()).baggage
  }

  private func inject(_ baggage: Baggage) -> String? {
    var headers: [String: String] = [:]
    propagator.inject(TraceContext(.invalid, baggage: baggage), into: &headers)
    return headers["baggage"]
  }

  @Test(
    "entries are read with their values decoded",
    arguments: [
      ("SomeKey=SomeValue", ["SomeKey=SomeValue"]), ("a=1,b=2", ["a=1", "b=2"]),
      (" a = 1 ,\tb\t=\t2 ", ["a=1", "b=2"]),
      ("a=%20%C3%A9%25", ["a= é%"]), ("a=b=c", ["a=b=c"]), ("a=", ["a="]), ("a=x+y", ["a=x+y"]),
      ("a=%zz%", ["a=%zz%"]), ("a=%FF", ["a=\u{FFFD}"]), ("a=1,a=2", ["a=2"]), ("key%20=1", ["key%20=1"]),
    ])
  func values(header: String, entries: [String]) {
    #expect(extract(header).map { "\($0.name)=\($0.value)" } == entries)
  }

  @Test("properties are kept as they are")
  func properties() {
    #expect(extract("a=1;p=v;q,b=2")[0] == .init("a", "1", metadata: "p=v;q"))
    #expect(extract("a=1 ; p = v ; q ")[0].metadata == "p = v ; q")
    #expect(extract("a=1;")[0] == .init("a", "1"))
  }

  @Test(
    "malformed entries are left out, and the others stay",
    arguments: ["b", "=1", "b c=1", "b=a c", "b=\"q\"", "b=é", "b=1;;", "b=1;p q", "b=1;p=\"", "é=1", "b=\\", ""])
  func malformed(entry: String) { #expect(extract("a=1,\(entry),c=3") == ["a": "1", "c": "3"]) }

  @Test func severalHeadersAreOneList() { #expect(extract("a=1,b=2", "b=3", "c=4") == ["a": "1", "b": "3", "c": "4"]) }

  @Test("at most 180 entries and 8192 bytes are read, whole entries only")
  func limits() {
    let many = (0..<200).map { "k\($0)=1" }
    #expect(extract(many.joined(separator: ",")).map(\.name) == (0..<180).map { "k\($0)" })
    let long = "a=" + String(repeating: "x", count: 8190)
    #expect(extract(long)["a"]?.utf8.count == 8190 && extract("b=1,\(long)") == ["b": "1"])
    #expect(extract("b=1,\(long),c=3") == ["b": "1"] && extract("b=1,c=\(long)x").count == 1)
    let half = String(repeating: "y", count: 4000)
    #expect(extract("a=\(half)", "b=\(half)", "c=\(half)").map(\.name) == ["a", "b"])
  }

  @Test func existingBaggageStaysWithoutValidEntries() {
    let context = TraceContext(.example(), baggage: ["a": "1"])
    for header in ["", "broken", ",,,"] {
      #expect(propagator.extract(from: ["baggage": header], into: context).baggage == ["a": "1"])
    }
    #expect(propagator.extract(from: [:], into: context).baggage == ["a": "1"])
    let replaced = propagator.extract(from: ["Baggage": "b=2"], into: context)
    #expect(replaced.baggage == ["b": "2"] && replaced.spanContext == .example())
  }

  @Test func valuesAreWrittenEncoded() {
    #expect(inject(["a": "1", "b": " é%,;\\\""]) == "a=1,b=%20%C3%A9%25%2C%3B%5C%22")
    #expect(inject([:]) == nil && inject(["a": ""]) == "a=" && propagator.fields == ["baggage"])
    // Other implementations read a plus sign as a blank, so it is encoded though it needn't be.
    #expect(inject(["a": "1+1"]) == "a=1%2B1")
  }

  @Test("names and properties that would break the header are not written")
  func refused() {
    #expect(inject(["b c": "1", "é": "2", "d": "3"]) == "d=3")
    #expect(
      inject(Baggage([.init("a", "1", metadata: "p=v;q"), .init("b", "2", metadata: "x,y=1\r\n")])) == "a=1;p=v;q,b=2")
    #expect(inject(["b c": "1"]) == nil)
  }

  @Test("an entry that doesn't fit is left out whole")
  func writtenLimits() {
    let long = String(repeating: "x", count: 8000)
    #expect(inject(["a": "1", "b": long, "c": long, "d": "4"]) == "a=1,b=\(long),d=4")
    let many = Baggage((0..<200).map { .init("k\($0)", "1") })
    #expect(inject(many)?.split(separator: ",").count == 180)
  }

  @Test func writtenEntriesReadBack() {
    let baggage = Baggage([.init("a", "ü ;,\u{0}\u{1F600}", metadata: "ttl=30"), .init("b", "=%"), .init("c", "")])
    #expect(extract(inject(baggage)!) == baggage)
  }
}
