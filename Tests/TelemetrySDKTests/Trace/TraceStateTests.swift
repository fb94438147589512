import TelemetryCore
import TestThreads
import Testing

@testable import TelemetrySDK

@Suite(.ownThreads) struct TraceStateTests {
  @Test func entriesAreReadInOrder() throws {
    let state = try #require(TraceState("foo=1,bar=2"))
    #expect(state.members.map(\.key) == ["foo", "bar"] && state["foo"] == "1" && state["bar"] == "2")
    #expect(state["baz"] == nil && state.description == "foo=1,bar=2")
    #expect(TraceState()["foo"] == nil && TraceState().description == "" && TraceState().members.isEmpty)
  }

  @Test(
    "white space around entries and empty entries are ignored",
    arguments: [
      "foo=1 \t , \t bar=2, \t baz=3", "foo=1\t \t,\t \tbar=2,\t \tbaz=3", " foo=1,bar=2,baz=3",
      "\t foo=1,bar=2,baz=3 \t", "foo=1,,bar=2, ,baz=3,", ",\t,foo=1,bar=2,baz=3",
    ])
  func whitespace(header: String) { #expect(TraceState(header)?.description == "foo=1,bar=2,baz=3") }

  @Test func emptyHeadersAreTheEmptyState() {
    #expect(TraceState("")?.isEmpty == true && TraceState(" , ")?.isEmpty == true)
    #expect(TraceState(headers: [])?.isEmpty == true)
    #expect(TraceState(headers: ["foo=1", ""])?.description == "foo=1")
    #expect(TraceState(headers: ["", "foo=1"])?.description == "foo=1")
  }

  @Test func headersAreReadAsOneList() {
    let state = TraceState(headers: ["foo=1,bar=2", "rojo=1,congo=2", "baz=3"])
    #expect(state?.description == "foo=1,bar=2,rojo=1,congo=2,baz=3")
  }

  @Test func ofEqualKeysTheFirstStays() {
    #expect(TraceState("foo=1,foo=1")?.description == "foo=1")
    #expect(TraceState("foo=1,bar=0,foo=2")?.description == "foo=1,bar=0")
    #expect(TraceState(headers: ["foo=1", "foo=2"])?.description == "foo=1")
  }

  @Test("every character that the grammar allows is kept")
  func allowedCharacters() {
    let key = "abcdefghijklmnopqrstuvwxyz0123456789_-*/"
    let value = String(decoding: (0x20...0x7E).filter { $0 != 0x2C && $0 != 0x3D }.map { UInt8($0) }, as: UTF8.self)
    #expect(TraceState("\(key)=\(value)")?[key] == value)
    #expect(TraceState("\(key)@a-z0-9_-*/=\(value)")?["\(key)@a-z0-9_-*/"] == value)
  }

  @Test(
    "keys follow the grammar of Level 2",
    arguments: [
      ("foo@", true), ("foo@@bar", true), ("foo@bar@baz", true), ("1abc", true),
      (String(repeating: "z", count: 256), true),
      (String(repeating: "t", count: 242) + "@v", true), ("t@" + String(repeating: "v", count: 15), true),
      ("@foo", false), ("foo ", false), ("FOO", false), ("foo.bar", false), ("", false), ("_foo", false),
      (String(repeating: "z", count: 257), false), ("fóo", false), ("fo\u{0}o", false),
    ])
  func keys(key: String, isValid: Bool) {
    #expect((TraceState("bar=2,\(key)=1") != nil) == isValid)
    var state = TraceState()
    #expect(state.set("1", for: key) == isValid && state.isEmpty != isValid)
  }

  @Test(
    "values follow the grammar",
    arguments: [
      ("1", true), (String(repeating: "v", count: 256), true), ("a b", true), ("", false),
      (String(repeating: "v", count: 257), false), ("bar=baz", false), ("a\tb", false), ("é", false),
      ("a\u{7F}", false),
    ])
  func values(value: String, isValid: Bool) {
    #expect((TraceState("foo=\(value),bar=3") != nil) == isValid)
    var state = TraceState()
    #expect(state.set(value, for: "foo") == isValid)
  }

  @Test func aSetValueDoesNotEndWithABlankOrHoldAComma() {
    var state = TraceState()
    #expect(!state.set("a ", for: "foo") && !state.set("a,b", for: "foo") && state.isEmpty)
  }

  @Test func anEntryWithoutValueDiscardsAll() { #expect(TraceState("foo=1,bar") == nil) }

  @Test("32 entries are read, 33 are refused")
  func memberCount() {
    let members = (1...33).map { "bar\($0)=\($0)" }
    #expect(TraceState(members.dropLast().joined(separator: ","))?.members.count == 32)
    #expect(TraceState(members.joined(separator: ",")) == nil)
    #expect(TraceState(headers: members) == nil)
    #expect(TraceState(String(repeating: " ", count: 40_000)) == nil)
  }

  @Test("a state of more than 512 characters loses entries of more than 128 first, then the last ones")
  func truncation() throws {
    let long = "long=" + String(repeating: "x", count: 200)
    let short = (10..<50).map { "k\($0)=" + String(repeating: "y", count: 12) }
    let first = try #require(TraceState(([long] + short.prefix(20)).joined(separator: ",")))
    #expect(first["long"] == nil && first.members.count == 20)
    let second = try #require(TraceState(short.prefix(32).joined(separator: ",")))
    #expect(second.members.map(\.key) == (10..<40).map { "k\($0)" } && second.description.utf8.count == 509)
    let edge = "a=" + String(repeating: "x", count: 128) + "," + "b=" + String(repeating: "y", count: 256)
    #expect(TraceState(edge + "," + "c=" + String(repeating: "z", count: 120))?.description.utf8.count == 512)
    #expect(TraceState(edge + "," + "c=" + String(repeating: "z", count: 121))?.members.map(\.key) == ["a", "c"])
  }

  @Test("setting moves an entry to the front, and the last one of 33 goes")
  func setting() throws {
    var state = try #require(TraceState("foo=1,bar=2"))
    state.set("3", for: "bar")
    #expect(state.description == "bar=3,foo=1")
    state.set("4", for: "new")
    #expect(state.description == "new=4,bar=3,foo=1")
    state.remove("bar")
    state.remove("absent")
    #expect(state.description == "new=4,foo=1")
    for number in 0..<31 { state.set("\(number)", for: "k\(number)") }
    #expect(state.members.count == 32 && state["foo"] == nil && state["k30"] == "30" && state.members[31].key == "new")
    let longest = String(repeating: "z", count: 256)
    state.set(longest, for: longest)
    #expect(state.members.map(\.key) == [longest])
    state.remove(longest)
    #expect(state.isEmpty)
  }

  @Test("random changes give what a plain list gives, and the header form reads back")
  func model() {
    var random = SeededRandom(seed: 41)
    for _ in 0..<100 {
      var state = TraceState()
      var model: [(String, String)] = []
      for _ in 0..<60 {
        let key = "k\(Int.random(in: 0..<40, using: &random))"
        model.removeAll { $0.0 == key }
        if random.oneIn(4) {
          state.remove(key)
        } else {
          let value = "\(Int.random(in: 0..<1000, using: &random))"
          state.set(value, for: key)
          model.insert((key, value), at: 0)
        }
        model = Array(model.prefix(32))
        #expect(state.members.map(\.key) == model.map(\.0) && state.members.map(\.value) == model.map(\.1))
      }
      #expect(TraceState(state.description) == state)
    }
  }

  @Test func statesAreEqualByTheirEntries() {
    #expect(TraceState("a=1, b=2") == TraceState("a=1,b=2") && TraceState("a=1,b=2") != TraceState("b=2,a=1"))
    #expect(Set([TraceState("a=1"), TraceState("a=1"), TraceState()]).count == 2)
  }
}
