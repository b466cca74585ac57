# Pages, migrations and documents, embedded: scripts/assets.mjs builds the tree that browsers see, scripts/embed.mjs puts it
# into an assembler file. The result is linked by app alone.
set(MADANG_ASSETS ${CMAKE_BINARY_DIR}/assets)
set(MADANG_EMBEDDED ${CMAKE_BINARY_DIR}/embedded)
file(MAKE_DIRECTORY ${MADANG_EMBEDDED})

file(GLOB_RECURSE asset_sources CONFIGURE_DEPENDS
  ${CMAKE_SOURCE_DIR}/static/css/* ${CMAKE_SOURCE_DIR}/static/js/* ${CMAKE_SOURCE_DIR}/static/img/* ${CMAKE_SOURCE_DIR}/static/*.json
  ${CMAKE_SOURCE_DIR}/static/*.webmanifest ${CMAKE_SOURCE_DIR}/templates/* ${CMAKE_SOURCE_DIR}/config/migrations/*)
list(FILTER asset_sources EXCLUDE REGEX "/node_modules/")

add_custom_command(
  OUTPUT ${MADANG_EMBEDDED}/embedded.S ${MADANG_EMBEDDED}/embedded.cpp
  COMMAND ${NODE} ${CMAKE_SOURCE_DIR}/scripts/assets.mjs ${MADANG_ASSETS}
  COMMAND ${NODE} ${CMAKE_SOURCE_DIR}/scripts/embed.mjs ${MADANG_EMBEDDED} assets=${MADANG_ASSETS}
          migrations=${CMAKE_SOURCE_DIR}/config/migrations
  COMMAND ${CMAKE_COMMAND} -E touch ${MADANG_EMBEDDED}/embedded.S ${MADANG_EMBEDDED}/embedded.cpp
  DEPENDS ${asset_sources} ${CMAKE_SOURCE_DIR}/scripts/assets.mjs ${CMAKE_SOURCE_DIR}/scripts/embed.mjs
  COMMENT "Embedding pages and migrations"
  VERBATIM)
