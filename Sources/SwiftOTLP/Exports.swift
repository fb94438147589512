@_exported public import OTLPFile
@_exported public import OTLPGRPC
@_exported public import TelemetrySDK

#if HTTP
  @_exported public import OTLPHTTP
#endif
