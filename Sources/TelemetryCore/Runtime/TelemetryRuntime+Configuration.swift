extension TelemetryRuntime {
  /// The number and kind of a runtime's threads.
  public struct Configuration: Sendable, Hashable {
    /// The number of event loops, with one thread each; 1 to 64, default 1.
    public var workerThreads = 1
    /// The most threads for blocking work such as name resolution, started on demand; 1 to 256, default 4.
    public var maxBlockingThreads = 4
    /// The stack size of each thread in bytes; 128 KiB to 64 MiB, default 1 MiB.
    public var threadStackSize = 1 << 20
    /// The prefix of the threads' names; 1 to 10 ASCII letters, digits, `-` or `.`, default `otlp`.
    public var threadNamePrefix = "otlp"
    /// The time after which a blocking thread without work ends, while the runtime is in use; 0 to 1 hour, default 10 s.
    /// When the last processor and exporter ends, the threads end at once.
    public var threadKeepAlive = Duration.seconds(10)

    /// Makes the default configuration.
    public init() {}

    /// One event loop and one blocking thread, the fewest threads to see in a debugger.
    public static let development: Configuration = {
      var configuration = Configuration()
      configuration.maxBlockingThreads = 1
      return configuration
    }()
    /// One event loop and up to four blocking threads: the default.
    public static let production = Configuration()
    /// One event loop for each processor core, at most 64, and up to four blocking threads.
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
