import TelemetryCore
import TestThreads
import Testing

@testable import TelemetrySDK

@Suite(.ownThreads) struct AttributesTests {
  @Test("values of standard types are set and read without wrapping")
  func plainValues() {
    let status = 200
    let (route, ratio, isCached, large): (String, Double, Bool, Int64) = ("/users", 0.5, true, .max)
    var attributes = Attributes()
    attributes["status"] = status
    attributes["route"] = route
    attributes["ratio"] = ratio
    attributes["cached"] = isCached
    attributes["large"] = large
    attributes["raw"] = [UInt8]([1, 2])
    attributes["texts"] = ["a", "b"] as [String]
    attributes["numbers"] = [1, 2] as [Int]
    attributes["ratios"] = [0.5] as [Double]
    attributes["flags"] = [true, false] as [Bool]
    attributes["literal"] = 5
    attributes["list"] = ["a", 1]
    let expected: Attributes = [
      "status": 200, "route": "/users", "ratio": 0.5, "cached": true, "large": .int(.max), "raw": .bytes([1, 2]),
      "texts": ["a", "b"], "numbers": [1, 2], "ratios": [0.5], "flags": [true, false], "literal": 5,
      "list": ["a", 1],
    ]
    #expect(attributes == expected)
    #expect(attributes["status"] == Int(200) && attributes["route"] == Optional(route) && attributes["large"] == large)
    let texts: [String]? = attributes["texts"]
    let mixed: [String]? = attributes["list"]
    let wrong: Bool? = attributes["status"]
    #expect(texts == ["a", "b"] && mixed == nil && wrong == nil)
    attributes["status"] = nil
    attributes["route"] = String?.none
    #expect(attributes.count == 10 && attributes["status"] == AttributeValue?.none)
    #expect(Attributes(dictionaryLiteral: ("n", .init(status)), ("t", .init(["x"]))) == ["n": 200, "t": ["x"]])
  }

  @Test("the pairs of a literal have the layout of elements")
  func layouts() {
    typealias Pair = (String, AttributeValue)
    #expect(MemoryLayout<Pair>.size == MemoryLayout<Attributes.Element>.size)
    #expect(MemoryLayout<Pair>.stride == MemoryLayout<Attributes.Element>.stride)
    #expect(MemoryLayout<Pair>.alignment == MemoryLayout<Attributes.Element>.alignment)
    #expect(MemoryLayout<Pair>.offset(of: \.0) == MemoryLayout<Attributes.Element>.offset(of: \.key))
    for value: AttributeValue in ["text", 1, 0.5, true, .bytes([1]), [1, "x"], .map(["a": 1]), .empty] {
      let pair: Pair = ("the key of a pair", value)
      #expect(unsafeBitCast(pair, to: Attributes.Element.self) == Attributes.Element("the key of a pair", value))
    }
    // The attributes grow, shrink and are copied like any array.
    var attributes: Attributes = ["a": .string(String(repeating: "x", count: 100)), "b": ["c", 1]]
    let copy = attributes
    for number in 0..<1000 { attributes["key \(number)"] = number }
    for number in 0..<1000 { attributes["key \(number)"] = nil }
    attributes["a"] = 1
    #expect(copy.count == 2 && copy["a"] != AttributeValue(1) && attributes.map(\.key) == ["a", "b"])
  }

  @Test("for equal keys, the last value takes the place of the first")
  func repeats() {
    let literal: Attributes = ["a": 1, "bb": 2, "a": 3, "c": 4, "bb": 5, "a": 6]
    #expect(literal.map(\.key) == ["a", "bb", "c"] && literal.map(\.value) == [6, 5, 4])
    #expect(Attributes([("a", 1), ("bb", 2), ("a", 3), ("c", 4), ("bb", 5), ("a", 6)]) == literal)
    // More keys than the linear search handles.
    let many = (0..<200).map { ("key \($0 % 70)", AttributeValue($0)) }
    let attributes = Attributes(many)
    #expect(attributes.count == 70 && attributes["key 3"] == AttributeValue(143) && attributes["key 69"] == 139)
    #expect(attributes.map(\.key) == (0..<70).map { "key \($0)" })
    // Lengths that differ but collide in the filter.
    let (short, long) = ("k", "k" + String(repeating: "x", count: 64))
    let lengths = Attributes(dictionaryLiteral: (short, 1), (long, 2))
    #expect(lengths.count == 2)
  }
}
