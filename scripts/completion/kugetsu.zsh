#compdef kugetsu
# Completion of kugetsu for zsh: source <(kugetsu completion zsh), after compinit.
_kugetsu() {
  local line summary
  local -a candidates
  for line in "${(@f)$(${(Q)words[1]} completion words -- "${(@Q)words[2,CURRENT]}" 2>/dev/null </dev/null)}"; do
    [[ -n $line ]] || continue
    summary=${line#*$'\t'}
    candidates+=("${${line%%$'\t'*}//:/\\:}${summary:+:$summary}")
  done
  (( ${#candidates} )) && _describe kugetsu candidates
}
if [[ ${funcstack[1]} == _kugetsu ]]; then _kugetsu "$@"; else compdef _kugetsu kugetsu; fi
