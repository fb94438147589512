#if DistributedTracing
  internal import TelemetryCore
  internal import TelemetrySDK
  internal import Tracing

  /// Reads headers by a user's extractor. That gives one value for a name and no list of names, so propagators that need either,
  /// as Jaeger's for baggage, read nothing.
  struct ExtractorTextMap<Source: Extractor>: TextMapGetter {
    let extractor: Source

    func keys(in carrier: Source.Carrier) -> [String] { [] }

    func value(of key: String, in carrier: Source.Carrier) -> String? { extractor.extract(key: key, from: carrier) }
  }

  /// Writes headers by a user's injector.
  struct InjectorTextMap<Target: Injector>: TextMapSetter {
    let injector: Target

    func set(_ value: String, for key: String, in carrier: inout Target.Carrier) {
      injector.inject(value, forKey: key, into: &carrier)
    }
  }
#endif
