#if !HTTP
  /// Not available: the trait `HTTP` of the package swift-otlp is off.
  @available(
    *, unavailable,
    message: """
      enable the trait HTTP of swift-otlp: .package(url: …, from: …, traits: ["HTTP"]), and install libcurl \
      (libcurl4-openssl-dev)
      """
  )
  public final class OTLPHTTPExporter {
    /// Not available.
    public init() {}
  }
#endif
