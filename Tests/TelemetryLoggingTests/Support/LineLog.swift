#if Logging
  import Logging
  import Synchronization

  /// Keeps the lines of a logger.
  final class LineLog: Sendable {
    struct Line: Equatable {
      let level: Logger.Level
      let message: String
      let metadata: [String: String]
      let source: String
    }

    private let lines = Mutex<[Line]>([])

    var all: [Line] { lines.withLock { $0 } }

    func handler(_ provider: Logger.MetadataProvider? = nil, level: Logger.Level = .trace) -> any LogHandler {
      Handler(log: self, metadataProvider: provider, logLevel: level)
    }

    private struct Handler: LogHandler {
      let log: LineLog
      var metadata: Logger.Metadata = [:]
      var metadataProvider: Logger.MetadataProvider?
      var logLevel: Logger.Level

      subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
      }

      func log(event: LogEvent) {
        let all = metadata.merging(metadataProvider?.get() ?? [:]) { $1 }.merging(event.metadata ?? [:]) { $1 }
        log.lines.withLock {
          $0.append(
            Line(
              level: event.level, message: "\(event.message)", metadata: all.mapValues { "\($0)" }, source: event.source
            ))
        }
      }
    }
  }
#endif
