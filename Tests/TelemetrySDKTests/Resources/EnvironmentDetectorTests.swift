import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct EnvironmentDetectorTests {
  private func attributes(
    _ list: String?, service: String? = nil, _ warnings: CollectedWarnings = .init()
  ) -> Attributes {
    var variables: [String: String] = [:]
    variables["OTEL_RESOURCE_ATTRIBUTES"] = list
    variables["OTEL_SERVICE_NAME"] = service
    return EnvironmentDetector(environment: variables, diagnostics: warnings.diagnostics).detect().attributes
  }

  @Test(
    "the list is percent-decoded into texts",
    arguments: [
      ("a=1,b=2", ["a": "1", "b": "2"]), (" a = 1 , b = 2 ", ["a": "1", "b": "2"]), ("a=", ["a": ""]),
      ("a=x%2Cy%3Dz%20", ["a": "x,y=z "]), ("a=b=c", ["a": "b=c"]), ("a%2Eb=%C3%A9", ["a.b": "é"]),
      ("a=1,a=2", ["a": "2"]), ("a=1,", ["a": "1"]), ("a=é;x", ["a": "é;x"]), ("", [:]),
    ] as [(String, Attributes)])
  func list(text: String, expected: Attributes) {
    let warnings = CollectedWarnings()
    #expect(attributes(text, warnings) == expected && warnings.count == 0)
  }

  private func attributes(_ list: String, _ warnings: CollectedWarnings) -> Attributes {
    attributes(list, service: nil, warnings)
  }

  @Test(
    "an unreadable entry discards the whole list, with a warning that holds no value",
    arguments: ["b", "=secret", "b=secret%2", "b=secret%zz", "b=secret%FF", "%=secret"])
  func discarded(entry: String) {
    let warnings = CollectedWarnings()
    #expect(attributes("a=1,\(entry),c=3", warnings).isEmpty)
    #expect(warnings.count == 1 && warnings.lines[0].contains("OTEL_RESOURCE_ATTRIBUTES"))
    #expect(warnings.lines[0].contains("entry=2") && !warnings.lines[0].contains("secret"))
  }

  @Test func theServiceNameWins() {
    #expect(attributes("service.name=a,b=1", service: "c") == ["service.name": "c", "b": "1"])
    #expect(attributes("broken", service: "c") == ["service.name": "c"])
    #expect(attributes("service.name=a", service: " ") == ["service.name": "a"] && attributes(nil).isEmpty)
  }
}
