import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct ResourceDetectionTests {
  @Test func withoutAnythingTheRequiredAttributesAreThere() {
    let resource = Resource.detected(environment: [:], diagnostics: .silent)
    #expect(resource.attributes["telemetry.sdk.name"] == "swift-otlp")
    #expect(resource.attributes["telemetry.sdk.language"] == "swift")
    #expect((resource.attributes["telemetry.sdk.version"] as String?)?.isEmpty == false)
    #expect((resource.attributes["service.name"] as String?)?.hasPrefix("unknown_service:") == true)
    #expect((resource.attributes["service.instance.id"] as String?)?.count == 36)
    #expect(resource.schemaURL.hasPrefix("https://opentelemetry.io/schemas/"))
  }

  private struct FixedDetector: ResourceDetector {
    let resource: Resource
    func detect() -> Resource { resource }
  }

  @Test("code wins over the environment, the environment over detectors, detectors over the SDK")
  func order() {
    let warnings = CollectedWarnings()
    let resource = Resource.detected(
      environment: ["OTEL_RESOURCE_ATTRIBUTES": "a=environment,b=environment,service.name=environment"],
      detectors: [
        FixedDetector(resource: Resource(["a": "first", "b": "first", "c": "first", "d": "first"])),
        FixedDetector(resource: Resource(["c": "second", "service.name": "second"])),
      ],
      resource: Resource(["a": "code"]), diagnostics: warnings.diagnostics)
    let values = ["a", "b", "c", "d", "service.name"].map { resource.attributes[$0] as String? }
    #expect(values == ["code", "environment", "second", "first", "environment"] && warnings.count == 0)
  }

  @Test("sources with different schemas have none together, whatever comes behind them (4.9.9)")
  func schemas() {
    let warnings = CollectedWarnings()
    func schema(_ schemas: String...) -> String {
      Resource.detected(
        environment: [:], detectors: schemas.map { FixedDetector(resource: Resource(["a": 1], schemaURL: $0)) },
        diagnostics: warnings.diagnostics
      )
      .schemaURL
    }
    let own = schema()
    #expect(!own.isEmpty && schema(own, "") == own && warnings.count == 0)
    #expect(schema("x") == "" && schema("x", own) == "" && schema(own, "x", "x") == "")
    #expect(warnings.count >= 3)
  }

  @Test func theStandardDetectorsRunHere() {
    let environment = ["KUBERNETES_SERVICE_HOST": "10.0.0.1", "POD_NAME": "p", "K_SERVICE": "s"]
    let resource = Resource.detected(
      environment: environment, detectors: Resource.standardDetectors(environment: environment), diagnostics: .silent)
    for key in ["host.name", "os.type", "process.pid", "k8s.pod.name", "faas.name"] {
      #expect(resource.attributes.contains { $0.key == key })
    }
    #expect(!resource.schemaURL.isEmpty)
  }
}
