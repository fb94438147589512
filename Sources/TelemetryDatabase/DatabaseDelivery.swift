internal import OTLPExport
internal import TelemetryCore
internal import TelemetrySDK

/// Makes the delivery of an exporter to a database: that of OTLP, with a client that stores rows instead of sending requests.
enum DatabaseDelivery {
  static func values(_ timeout: Duration, _ retry: OTLPRetryPolicy) -> OTLPConfiguration {
    var values = OTLPConfiguration(endpoint: "")
    values.timeout.set(timeout)
    values.retry = retry
    values.compression.set(.none)
    return values
  }

  /// - Parameter values: Checked values.
  static func make(
    _ values: OTLPConfiguration, _ server: Endpoint, _ transport: OTLPTransport, _ client: any ExportClient,
    loop: TelemetryLoop,
    runtime: TelemetryRuntime, _ diagnostics: Diagnostics
  ) -> Delivery {
    Delivery(
      values, servers: [server], client: client, loop: loop, runtime: runtime,
      transport: transport, diagnostics: diagnostics)
  }
}
