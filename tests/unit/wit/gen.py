HEAD='''#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

'''
def w(name, comment, body, includes='#include "wit_fixture.h"\n', folder='.'):
    import re
    tests=re.findall(r'static void (test_\w+)\(void \*\*state\)',body)
    s='/* '+comment+' */\n'+HEAD+includes+'\n'+body.strip('\n')+'\n\nint main(void) {\n  const struct CMUnitTest tests[] = {\n'
    s+=''.join('      cmocka_unit_test(%s),\n'%t for t in tests)+'  };\n  return cmocka_run_group_tests(tests, NULL, NULL);\n}\n'
    open(folder+'/test_'+name+'.c','w').write(s)
