// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation
// The public top-level names of swift-log and swift-metrics, without their members.

public enum Counter {}
public enum CounterHandler {}
public enum FloatingPointCounter {}
public enum FloatingPointCounterHandler {}
public enum Gauge {}
public enum LogEvent {}
public enum LogHandler {}
public enum Logger {}
public enum LoggingSystem {}
public enum MappingMetricsFactory {}
public enum Meter {}
public enum MeterHandler {}
public enum MetricsFactory {}
public enum MetricsSystem {}
public enum MultiplexLogHandler {}
public enum MultiplexMetricsHandler {}
public enum NOOPMetricsHandler {}
public enum Recorder {}
public enum RecorderHandler {}
public enum StreamLogHandler {}
public enum SwiftLogNoOpLogHandler {}
public enum TimeUnit {}
public enum Timer {}
public enum TimerHandler {}

public func withLogger() {}
public func withMetricsFactory() {}
