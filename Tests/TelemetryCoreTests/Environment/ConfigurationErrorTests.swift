import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct ConfigurationErrorTests {
  @Test("an error shows its value without secrets")
  func errors() {
    let error = ConfigurationError(option: "x", value: "http://u:hunter2@h\n", allowed: "y")
    #expect(error.value == "[REDACTED] (19 bytes)")
    #expect(error.renamed("z").description == "z: '[REDACTED] (19 bytes)' is not allowed; allowed: y")
    #expect(!ConfigurationError(option: "x", value: "u:hunter2@h", allowed: "y").description.contains("hunter2"))
  }

  @Test func hostileTextsBecomeOneLine() {
    for text in Extremes.texts {
      let error = ConfigurationError(option: "x", value: text, allowed: "y")
      #expect(!error.description.contains("\n") && error.description.utf8.count < 5000)
    }
  }
}
