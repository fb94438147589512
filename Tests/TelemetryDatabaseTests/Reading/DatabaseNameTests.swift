import TelemetryCore
import TestThreads
import Testing

@testable import TelemetryDatabase

@Suite(.ownThreads) struct DatabaseNameTests {
  @Test(
    "a path is a file of SQLite",
    arguments: [
      ("x.db", "x.db"), ("sqlite:x.db", "x.db"), ("SQLite:///tmp/x", "/tmp/x"), ("./host=a", "./host=a"),
      ("/a://b", "/a://b"), ("my file=1", "my file=1"), ("host", "host"), ("=x", "=x"),
    ])
  func paths(_ name: String, _ path: String) throws {
    #expect(try DatabaseName(name).kind == .sqlite(path: path))
  }

  @Test(
    "a URL of PostgreSQL in any case, and keywords of libpq, are a database of PostgreSQL",
    arguments: [
      ("postgresql://u:geheim@h/x", "postgresql://u:geheim@h/x", "postgresql://h:5432/x"),
      ("POSTGRESQL://u:geheim@h:1/x", "postgresql://u:geheim@h:1/x", "postgresql://h:1/x"),
      ("Postgres://u:geheim@h", "postgresql://u:geheim@h", "postgresql://h:5432/"),
      ("host=h port=5999 password=geheim", "host=h port=5999 password=geheim", "postgresql://h:5999/"),
      (" password = geheim host=h", " password = geheim host=h", "postgresql://h:5432/"),
      ("dbname='a?b@c' host=h", "dbname='a?b@c' host=h", "postgresql://[REDACTED]@c"),
    ])
  func connections(_ name: String, _ connection: String, _ description: String) throws {
    let database = try DatabaseName(name)
    #expect(database.kind == .postgreSQL(connection: connection))
    #if PostgreSQL
      #expect(database.description == description)
    #endif
  }

  @Test(
    "other URLs and unusable connection strings are refused, and tell no secret",
    arguments: [
      "mysql://u:geheim@host/x", "MYSQL://u:geheim@host/x", " ftp://geheim@h", "file:///geheim", "", ":memory:",
      "sqlite:",
    ])
  func refused(_ name: String) {
    let error = #expect(throws: ConfigurationError.self) { try DatabaseName(name) }
    #expect(error?.description.contains("geheim") == false, "\(error.debugDescription)")
    #expect(error?.option == "--database")
  }

  #if PostgreSQL
    @Test(
      "a connection string that libpq can't read, or reads with a part of the password as the place, is refused",
      arguments: [
        "host=h nonsense=geheim", "host=h password='geheim", "postgresql://u:geh/eim@h/x",
        "postgresql://u:geheim@p@h/x",
        "postgresql://h:geheim/x", "password=geheim port=x",
      ])
    func unusableConnections(_ name: String) throws {
      let error = #expect(throws: ConfigurationError.self) { try DatabaseName(name) }
      #expect(error?.description.contains("geh") == false, "\(error.debugDescription)")
      #expect(throws: ConfigurationError.self) { try PostgreSQLConfiguration(connection: name).validate() }
    }

    @Test("a configuration's description and reflection have no password")
    func description() {
      for name in ["postgresql://u:geheim@h/x", "host=h nonsense=geheim"] {
        let configuration = PostgreSQLConfiguration(connection: name)
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(configuration)", dumped, String(reflecting: configuration)] {
          #expect(!text.contains("geheim") && text.contains("maxConnections"), "\(text)")
        }
      }
    }
  #endif

  @Test("control characters aren't printed")
  func controlCharacters() throws {
    #expect(try DatabaseName("/tmp/\u{1B}[31mx").description == "/tmp/ [31mx")
  }
}
