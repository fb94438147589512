#if !OpenTelemetrySwift
  /// This package's pipeline as a span processor of opentelemetry-swift. It is in the package's trait `OpenTelemetrySwift`.
  @available(*, unavailable, message: "enable the trait: .package(url: …, from: …, traits: [\"OpenTelemetrySwift\"])")
  public struct OTLPSpanProcessor {}

  /// This package's exporter as a span exporter of opentelemetry-swift. It is in the package's trait `OpenTelemetrySwift`.
  @available(*, unavailable, message: "enable the trait: .package(url: …, from: …, traits: [\"OpenTelemetrySwift\"])")
  public struct OTLPSpanExporter {}
#endif
