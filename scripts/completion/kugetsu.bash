# shellcheck shell=bash
# Completion of kugetsu for bash: source <(kugetsu completion bash)
# It only hands over the words before the cursor; `kugetsu completion words` answers with one candidate a line and its
# summary after a tab. Words are not taken from COMP_WORDS: bash breaks them at the colon of a port, and then replaces
# only what follows it.
_kugetsu() {
  local line=${COMP_LINE:0:COMP_POINT} current='' prefix='' candidate quoted
  local -a words
  COMPREPLY=()
  read -ra words <<<"$line"
  if [[ $line =~ [[:space:]]$ ]]; then words+=(""); fi
  (( ${#words[@]} > 1 )) || return 0
  current=${words[${#words[@]}-1]}
  if [[ $COMP_WORDBREAKS == *:* && $current == *:* ]]; then prefix=${current%:*}:; fi
  while IFS=$'\t' read -r candidate _; do
    printf -v quoted %q "${candidate#"$prefix"}"
    COMPREPLY+=("$quoted")
  done < <("$1" completion words -- "${words[@]:1}" 2>/dev/null </dev/null)
}
complete -F _kugetsu kugetsu
