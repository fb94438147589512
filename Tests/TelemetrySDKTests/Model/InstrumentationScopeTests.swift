import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct InstrumentationScopeTests {
  @Test func theDescriptionHasWhatTheScopeHas() {
    #expect("\(InstrumentationScope(name: "http"))" == "http")
    let full = InstrumentationScope(name: "http", version: "1.2", attributes: ["a": 1], schemaURL: "https://x")
    #expect("\(full)" == "http 1.2 {a: 1} @https://x")
    #expect("\(InstrumentationScope.empty)".isEmpty)
  }
}
