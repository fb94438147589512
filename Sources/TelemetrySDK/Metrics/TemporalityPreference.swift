internal import TelemetryCore

/// The temporality that an exporter prefers, by the kind of instrument (RULES 4.15.4).
public struct TemporalityPreference: Sendable, Hashable, CustomStringConvertible {
  /// The kinds of instruments that have a temporality.
  #if hasAttribute(nonexhaustive)
    @nonexhaustive
  #endif
  public enum Instrument: Sendable, Hashable, CaseIterable {
    /// A sum that never decreases, of measurements that the program reports.
    case counter
    /// A sum that never decreases, which the program is asked for.
    case asynchronousCounter
    /// A sum that may decrease, of measurements that the program reports.
    case upDownCounter
    /// A sum that may decrease, which the program is asked for.
    case asynchronousUpDownCounter
    /// A distribution.
    case histogram
  }

  /// The name in the environment.
  public let description: String

  /// Cumulative for all instruments; the default.
  public static var cumulative: TemporalityPreference { TemporalityPreference(description: "cumulative") }
  /// Delta for both kinds of counters and for histograms, cumulative for sums that may decrease.
  public static var delta: TemporalityPreference { TemporalityPreference(description: "delta") }
  /// Delta for counters and histograms that need no memory for it, cumulative for all others.
  public static var lowMemory: TemporalityPreference { TemporalityPreference(description: "lowmemory") }

  /// The temporality for an instrument.
  public func temporality(of instrument: Instrument) -> Metric.Temporality {
    switch instrument {
    case .counter, .histogram: self == .cumulative ? .cumulative : .delta
    case .asynchronousCounter: self == .delta ? .delta : .cumulative
    case .upDownCounter, .asynchronousUpDownCounter: .cumulative
    }
  }

  static let variable = "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE"

  /// The preference in an environment, for exporters of OTLP: `cumulative`, `delta` or `lowmemory`, in any case. nil if the
  /// variable isn't set, or is ignored with a warning (RULES 2.6.7).
  static func read(_ environment: Environment) -> Environment.Found<TemporalityPreference>? {
    environment.value([variable], allowed: "cumulative, delta or lowmemory") { text in
      [cumulative, delta, lowMemory].first { $0.description == text }
    }
  }
}
