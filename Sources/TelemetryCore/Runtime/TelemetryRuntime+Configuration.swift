extension TelemetryRuntime {
  /// How many threads, and of what kind.
  public struct Configuration: Sendable, Hashable {
    /// Event loops, one thread each; 1 to 64, default 1.
    public var workerThreads = 1
    /// The most threads for blocking work such as name resolution, started on demand; 1 to 256, default 4.
    public var maxBlockingThreads = 4
    /// Stack of each thread in bytes; 128 KiB to 64 MiB, default 1 MiB.
    public var threadStackSize = 1 << 20
    /// What the threads' names begin with; 1 to 10 ASCII letters, digits, `-` or `.`, default `otlp`.
    public var threadNamePrefix = "otlp"
    /// How long a blocking thread waits for more work before it ends, while the runtime is in use; 0 to 1 hour, default
    /// 10 s. With the last processor and exporter the threads end at once.
    public var threadKeepAlive = Duration.seconds(10)

    /// The default values.
    public init() {}

    /// One worker, and one blocking thread: the fewest threads to look at in a debugger.
    public static let development: Configuration = {
      var configuration = Configuration()
      configuration.maxBlockingThreads = 1
      return configuration
    }()
    /// One worker, four blocking threads; the default.
    public static let production = Configuration()
    /// As many workers as cores.
    public static let highThroughput: Configuration = {
      var configuration = Configuration()
      configuration.workerThreads = min(max(ThreadSystem.coreCount, 1), 64)
      return configuration
    }()

    /// Throws a `ConfigurationError` that names the first value outside of its range.
    public func validate() throws(ConfigurationError) {
      try ConfigurationError.require("workerThreads", workerThreads, in: 1...64)
      try ConfigurationError.require("maxBlockingThreads", maxBlockingThreads, in: 1...256)
      try ConfigurationError.require("threadStackSize", threadStackSize, in: (128 << 10)...(64 << 20))
      guard (1...10).contains(threadNamePrefix.utf8.count),
        threadNamePrefix.utf8.allSatisfy({ $0.isASCIIAlphanumeric(or: "-.") })
      else {
        throw ConfigurationError(
          option: "threadNamePrefix", value: threadNamePrefix, allowed: "1 to 10 ASCII letters, digits, '-' or '.'")
      }
      guard (.zero ... .seconds(3600)).contains(threadKeepAlive) else {
        throw ConfigurationError(option: "threadKeepAlive", value: "\(threadKeepAlive)", allowed: "0 to 1 hour")
      }
    }
  }
}
