#if Metrics
  public import CoreMetrics
  public import SwiftOTLP
  internal import TelemetryCore
  internal import TelemetrySDK

  extension SelfMetricsReporter {
    /// Makes a reporter of the metrics of all processors and exporters of a telemetry, which it holds.
    public convenience init(_ telemetry: Telemetry, factory: any MetricsFactory = MetricsSystem.factory) {
      self.init(factory: factory) { telemetry.selfMetrics }
    }
  }
#endif
