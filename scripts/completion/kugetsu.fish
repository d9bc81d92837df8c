# Completion of kugetsu for fish: kugetsu completion fish | source
function __kugetsu_candidates
    set -l words (commandline -opc) (commandline -ct)
    $words[1] completion words -- $words[2..] 2>/dev/null </dev/null
end
complete -c kugetsu -f -a '(__kugetsu_candidates)'
