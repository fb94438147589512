import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct ResourceMergingTests {
  @Test func theUpdatingResourceWinsForEachKey() {
    let merged = Resource(["a": 1, "b": 2]).merging(Resource(["b": "", "c": 3]), diagnostics: .silent)
    #expect(merged.attributes == ["a": 1, "b": "", "c": 3])
  }

  @Test("attributes that replace others take their places; a hundred thousand take no time with their number's square")
  func order() {
    let merged = Resource(["a": 1, "b": 2, "c": 3]).merging(Resource(["d": 4, "b": 5]), diagnostics: .silent)
    #expect(merged.attributes.map(\.key) == ["a", "b", "c", "d"] && merged.attributes["b"] == 5)
    let pairs = (0..<100_000).map { ("key.\($0)", AttributeValue($0)) }
    let start = ContinuousClock.now
    let many = Resource(Attributes(pairs))
    let made = ContinuousClock.now
    #expect(many.merging(many, diagnostics: .silent).attributes == many.attributes)
    #expect(ContinuousClock.now - made < (made - start) * 30)
  }

  @Test("the schema is the one that is set")
  func schemas() {
    let warnings = CollectedWarnings()
    func schema(_ left: String, _ right: String) -> String {
      Resource(["a": 1], schemaURL: left).merging(
        Resource(["b": 2], schemaURL: right), diagnostics: warnings.diagnostics
      )
      .schemaURL
    }
    #expect(schema("", "") == "" && schema("x", "") == "x" && schema("", "y") == "y" && schema("x", "x") == "x")
    #expect(warnings.count == 0)
    #expect(schema("x", "y") == "" && warnings.count == 1)
  }

  @Test func droppedCountsAreAdded() {
    let left = Resource(["a": 1], droppedAttributesCount: 2)
    #expect(left.merging(Resource([:], droppedAttributesCount: 3)).droppedAttributesCount == 5)
    #expect(left.merging(Resource([:], droppedAttributesCount: .max)).droppedAttributesCount == .max)
  }
}
