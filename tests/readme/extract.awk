# Takes the programs out of a page: every ```cpp block is a whole program,
# and a ```text block that follows one directly is what that program prints.
#   awk -v out=DIR -f extract.awk PAGE
# writes DIR/program_1.cc, DIR/program_1.txt, ... and names them on its output.

function fail(why) {
  print FILENAME ":" FNR ": " why > "/dev/stderr"
  failed = 1
  exit 1
}

/^```/ && block == "" {
  block = substr($0, 4)
  if (block == "cpp") {
    file = out "/program_" ++programs ".cc"
    print "#line " FNR + 1 " \"" FILENAME "\"" > file
    print "program_" programs
    has_main = 0
  } else if (block == "text" && after_program) {
    file = out "/program_" programs ".txt"
    printf "" > file
  } else {
    if (block == "") block = "plain"
    file = ""
  }
  after_program = 0
  next
}

/^```/ {
  if (block == "cpp" && !has_main) fail("a ```cpp block must be a whole program with a main()")
  if (file != "") close(file)
  after_program = block == "cpp"
  block = ""
  next
}

block != "" {
  if (block == "cpp" && /^int main\(/) has_main = 1
  if (file != "") print > file
}

END {
  if (failed) exit 1
  if (block != "") fail("the last ``` block is not closed")
  if (!programs) fail("there is no ```cpp block to try out")
}
