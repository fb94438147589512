extension Resource {
  /// The resource of this process, of four sources: the SDK's own attributes and the fallback for `service.name`, then
  /// the detectors in order, then the environment, then code. A later source wins for each key (RULES 4.9).
  /// - Parameters:
  ///   - environment: The process's variables: `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_SERVICE_NAME` are read.
  ///   - detectors: The detectors to run; none by default. See ``standardDetectors(environment:)``.
  ///   - resource: The resource from code; empty by default.
  ///   - diagnostics: Receives warnings about variables that can't be used and about schemas that differ.
  public static func detected(
    environment: [String: String], detectors: [any ResourceDetector] = [], resource: Resource = .empty,
    diagnostics: Diagnostics = .standardError
  ) -> Resource {
    let sources: [Resource] =
      [sdk, ServiceDetector().detect()] + detectors.map { $0.detect() }
      + [EnvironmentDetector(environment: environment, diagnostics: diagnostics).detect(), resource]
    let merged = sources.reduce(Resource.empty) { $0.merging($1, diagnostics: diagnostics) }
    // A later source with a schema doesn't undo a conflict of earlier ones, whose attributes stay.
    guard Set(sources.map(\.schemaURL)).subtracting([""]).count > 1 else { return merged }
    return Resource(merged.attributes, droppedAttributesCount: merged.droppedAttributesCount)
  }

  /// All detectors of this package: host, operating system, process, container, Kubernetes and cloud functions.
  public static func standardDetectors(environment: [String: String]) -> [any ResourceDetector] {
    [
      HostDetector(), OperatingSystemDetector(), ProcessDetector(), ContainerDetector(),
      KubernetesDetector(environment: environment), CloudFunctionDetector(environment: environment),
    ]
  }

  /// The attributes of this SDK. The name `opentelemetry` is reserved to OpenTelemetry's own SDKs.
  private static var sdk: Resource {
    Resource([
      "telemetry.sdk.name": "swift-otlp", "telemetry.sdk.language": "swift",
      "telemetry.sdk.version": .string(PackageVersion.current),
    ])
  }
}
