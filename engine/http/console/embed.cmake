# cmake -DFOLDER=... -DOUT=... -P embed.cmake: writes the source that has the files of the
# console in it.
set(media_html "text/html; charset=utf-8")
set(media_css "text/css; charset=utf-8")
set(media_js "text/javascript; charset=utf-8")
set(media_svg "image/svg+xml")
file(GLOB names RELATIVE ${FOLDER}
  ${FOLDER}/*.html ${FOLDER}/*.css ${FOLDER}/*.js ${FOLDER}/*.svg)
set(rows "")
foreach(name IN LISTS names)
  get_filename_component(kind ${name} LAST_EXT)
  string(SUBSTRING ${kind} 1 -1 kind)
  set(path "/console/${name}")
  if(name STREQUAL "index.html")
    set(path "/")
  endif()
  file(SHA256 ${FOLDER}/${name} hash)
  string(SUBSTRING ${hash} 0 32 tag)
  file(READ ${FOLDER}/${name} text)
  string(APPEND rows "    {.path = \"${path}\",\n     .media = \"${media_${kind}}\",\n"
    "     .tag = \"\\\"${tag}\\\"\",\n     .text = R\"~file~(${text})~file~\"},\n")
endforeach()
file(WRITE ${OUT} "#include \"engine/http/console_file.h\"\n\n"
  "namespace tocsin::http {\nnamespace {\n\n"
  "constexpr ConsoleFile kConsoleFiles[] = {\n" "${rows}" "};\n\n}  // namespace\n\n"
  "absl::Span<const ConsoleFile> ConsoleFiles() { return kConsoleFiles; }\n\n"
  "}  // namespace tocsin::http\n")
