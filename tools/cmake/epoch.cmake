# Read by cpack: packages are the same bytes whenever they are made, so their files have a time that does not depend on the clock.
if(NOT DEFINED ENV{SOURCE_DATE_EPOCH})
  set(ENV{SOURCE_DATE_EPOCH} 315619200) # 1980-01-02, which every archive format can say
endif()
