import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct ResourceTests {
  @Test func theDescriptionHasAttributesAndSchema() {
    #expect("\(Resource(["service.name": "shop", "n": 2]))" == "{service.name: shop, n: 2}")
    #expect("\(Resource(["a": 1], schemaURL: "https://x"))" == "{a: 1}@https://x")
  }
}
