/// A shell for which `otlp help --completions` prints a script. The script completes commands, options, their values and
/// files.
package enum Completions: String, Sendable {
  case bash
  case zsh
  case fish

  package func script(_ commands: [CommandDescription]) -> String {
    switch self {
    case .bash: Self.bash(commands)
    case .zsh: Self.zsh(commands)
    case .fish: Self.fish(commands)
    }
  }
}
