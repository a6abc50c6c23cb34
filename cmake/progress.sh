# shellcheck shell=bash
# What setup.sh tells a person on standard error: its stages, how far they are, what failed. It is sourced with `log`,
# the file that has the rest.

: "${log:?progress.sh is sourced by a script that sets log}"

progress_seconds=30 # between two lines, where there is no terminal
estimate_after=5    # seconds of work, before which nobody is told how much is left

say() { printf '%s\n' "$*" >&2; }

columns() {
  local size
  size=$(stty size <&2 2>/dev/null) && echo "${size#* }" || echo 80
}

# tell TEXT: on a terminal in place of the line that is there, elsewhere as a line of its own.
tell() {
  if [[ -t 2 ]]; then printf '\r\033[K%s' "${1:0:$(columns) - 1}" >&2; else say "$1"; fi
}

begin_stage() {
  stage_text=$1
  stage_began=$SECONDS
  tell "$stage_text ..."
  printf '\n==== %s\n' "$stage_text" >>"$log"
}

# Adds to the text of the running stage: its size, where it comes from.
note() {
  stage_text+=", $1"
  printf '\n==== %s\n' "$1" >>"$log"
  tell "$stage_text ..."
}

# Ends the stage with the word given, or with the time that it took.
end_stage() {
  tell "$stage_text: ${1:-$((SECONDS - stage_began)) s}"
  if [[ -t 2 ]]; then say; fi
}

# Ends the script while a stage is running: the reason, and the end of the log, which says more.
fail() {
  end_stage failed
  say
  tail -n 20 "$log" >&2
  say
  say "$1"
  say "The whole log: ${log#"$PWD"/}"
  exit 1
}

# logged COMMAND...: its output goes to the log, its status is returned.
logged() {
  printf '$ %s\n' "$*" >>"$log"
  "$@" </dev/null >>"$log" 2>&1
}

# watched READER COMMAND...: the same, and shows how far it is. The function READER is given each line of the output,
# and an empty one after each second without; it sets `part` and `whole`, or where nobody knows the whole, what it is
# `doing`.
watched() {
  printf '$ %s\n' "${*:2}" >>"$log"
  "${@:2}" </dev/null 2>&1 | tee -a "$log" | follow "$1"
}

follow() {
  local line part=0 whole=0 doing='' began=$SECONDS told=$SECONDS shown='' last_part=0 end=0
  while true; do
    if IFS= read -r -t 1 line; then
      :
    elif (($? > 128)); then
      line=''
    else
      return 0
    fi
    "$1" "$line"
    show_progress
  done
}

# In follow: a bar on a terminal, a line now and then elsewhere.
show_progress() {
  local text elapsed=$((SECONDS - began))
  if ((whole > 0)); then
    text="$((100 * part / whole)) %"
    # By the time that the parts so far took. Parts are not equal, so that a few say nothing of the rest.
    if ((part != last_part && elapsed >= estimate_after && 50 * part >= whole)); then
      end=$((SECONDS + elapsed * (whole - part) / part))
    fi
    last_part=$part
    if ((end > SECONDS)); then text+="  $(clock $((end - SECONDS))) left"; fi
  else
    text="$doing${doing:+  }$(clock "$elapsed")"
  fi
  if [[ ! -t 2 ]]; then
    if ((SECONDS - told >= progress_seconds)); then
      say "$stage_text: ${text/  /, }"
      told=$SECONDS
    fi
  elif [[ $text != "$shown" ]]; then
    tell "$stage_text  $(bar $(($(columns) - ${#stage_text} - ${#text} - 7)))$text"
    shown=$text
  fi
}

# bar WIDTH: of `part` in `whole`; none where there is no room for one.
bar() {
  local width=$(($1 < 40 ? $1 : 40)) full rest
  if ((whole == 0 || width < 10)); then return; fi
  printf -v full '%*s' $((width * part / whole)) ''
  printf -v rest '%*s' $((width - ${#full})) ''
  printf '[%s%s]  ' "${full// /#}" "${rest// /-}"
}

# clock SECONDS: 0:41, 1:02:03
clock() {
  if (($1 >= 3600)); then printf '%d:%02d:%02d' $(($1 / 3600)) $(($1 % 3600 / 60)) $(($1 % 60)); else
    printf '%d:%02d' $(($1 / 60)) $(($1 % 60))
  fi
}

# megabytes N: 152 MB, 2.3 GB
megabytes() {
  if (($1 >= 1000)); then echo "$(($1 / 1000)).$(($1 % 1000 / 100)) GB"; else echo "$1 MB"; fi
}

read_nothing() { :; }
