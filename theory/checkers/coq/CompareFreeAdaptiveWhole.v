(** As CompareFreeWhole.v, for the whole run with the distortion that is met along it: the claim's own pieces, put
    together by `FreeAdaptive.run_free_adaptive`. *)

From Coq Require Import Reals Lra Lia List Psatz.
From Analog Require Import Sums InnerProduct Expectation Windows Rules Sequences Master.
From Analog Require Import Compare CompareStale CompareRuns.
From Analog Require Import FrozenRules FreeSequences FreeAdaptive.
From Analog Require Import CompareFree CompareFreeRun CompareFreeAdaptive CompareFreeStages.
Local Open Scope R_scope.

(** What the claim supposes. *)
Local Notation given := ltac:(assumption) (only parsing).

(** free.adaptive *)
Lemma compare_free_adaptive (Smp : sampler) (Len : nat) (TC : Type) (Crd : functional TC) (TS : Type) (Stg :
  functional TS) {H30 : space} {H676 : space} {H684 : space} {H642 : space} {H16 : space} {H52 : space} {H50 :
  space} {H46 : space} {H44 : space} {H22 : space} {H58 : space} (A : R) (Delta : R) (F0 : R) (Gamma : R) (H2 : R)
  (HJ : R) (J : R) (K : R) (L : R) (Lambda1 : R) (Q_m : nat -> nat -> R) (R_0 : R) (S_ : R) (S_mj : nat -> TS -> R)
  (T_i : history -> TC -> R) (T_mj : nat -> TS -> R) (T_s : R) (Y : R) (a : R) (alpha : R) (beta : TS -> history ->
  R) (beta_f : TS -> history -> R) (beta_n : TS -> history -> R) (beta_t : TS -> history -> R) (beta_v : TS ->
  history -> R) (bn_i : history -> TC -> R) (c_bar : R) (c_k : history -> R) (c_m : nat -> R) (chi : nat -> TS -> R)
  (chi_l : nat -> TS -> R) (dW_i : history -> TC -> R) (dev : nat -> R) (e_ : history -> TC -> R) (e0 : nat -> R)
  (e1 : nat -> R) (e2 : nat -> R) (e_f : history -> TC -> R) (e_m : history -> TC -> R) (ell : R) (eta : R) (f_first
  : R) (f_last : R) (f_next : history -> R) (f_now : history -> R) (f_star : R) (g : history -> TC -> R) (g_f :
  history -> TC -> R) (gain : R) (gamma : nat -> TS -> R) (gamma_l : nat -> TS -> R) (gb_i : history -> TC -> R)
  (grad : history -> TC -> R) (gsq : history -> R) (iota : history -> R) (k1 : R) (k2 : R) (len_0 : history -> R)
  (len_f : history -> R) (len_t : history -> R) (m : history -> TC -> R) (m_f : history -> R) (m_t : history -> R)
  (mean_iota : R) (mean_next : R) (mean_now : R) (noise : history -> TC -> R) (nu : R) (nuh : nat -> TS -> R) (nuhat
  : R) (p : R) (peak : history -> R) (phi0 : R) (pi : nat -> TS -> history -> R) (pi_c : nat -> TS -> history -> R)
  (pi_f : nat -> TS -> history -> R) (pi_n : nat -> TS -> history -> R) (pi_t : nat -> TS -> history -> R) (pi_v :
  nat -> TS -> history -> R) (q : R) (q_v : nat -> nat -> R) (r : R) (rbar2 : R) (rc_k : history -> R) (rho : R) (s
  : history -> TC -> R) (s_f : history -> TC -> R) (s_m : nat -> R) (s_n : history -> TC -> R) (share : history ->
  TC -> R) (share_f : history -> TC -> R) (sigma : R) (size_f : history -> TC -> R) (size_n : history -> TC -> R)
  (sq_n : nat -> TS -> history -> R) (sqrt_D : nat -> R) (sqrt_d : nat -> nat -> R) (stale : history -> TC -> R)
  (t_k : history -> R) (theta1 : R) (w_grad : history -> TC -> R) (w_noise : history -> TC -> R) (w_stale : history
  -> TC -> R) (w_twice : history -> TC -> R) (x : R) (x_f : history -> TC -> R) (x_m : history -> TC -> R) (C_f :
  process Smp Len real_space) (F_k : history -> lift Crd (fun _ => real_space)) (Fd_k : nat -> history -> lift Crd
  (fun _ => real_space)) (G_f : process Smp Len (lift Crd (fun _ => real_space))) (G_fresh : nat -> process Smp Len
  H30) (Gf_k : history -> lift Crd (fun _ => real_space)) (H_k : nat -> history -> H30) (M_f : process Smp Len
  real_space) (M_t : process Smp Len real_space) (Nuh : nat -> lift Stg (fun _ => real_space)) (P : nat -> TS ->
  process Smp Len real_space) (P_c : nat -> TS -> process Smp Len real_space) (P_f : nat -> TS -> process Smp Len
  real_space) (P_n : nat -> TS -> process Smp Len real_space) (P_t : nat -> TS -> process Smp Len real_space) (P_v :
  nat -> TS -> process Smp Len real_space) (STn : nat -> lift Stg (fun _ => real_space)) (STv : nat -> lift Stg (fun
  _ => real_space)) (Sdv : nat -> lift Stg (fun _ => real_space)) (Shn : nat -> lift Stg (fun _ => real_space))
  (Sq_n : nat -> TS -> process Smp Len real_space) (T_q : process Smp Len real_space) (Theta : nat -> process Smp
  Len H30) (U : nat -> nat -> process Smp Len H676) (U_D : nat -> process Smp Len (lift Crd (fun _ => real_space)))
  (U_b : nat -> nat -> process Smp Len H676) (U_f : nat -> nat -> process Smp Len H684) (U_s : nat -> process Smp
  Len H30) (V : process Smp Len (lift Crd (fun _ => real_space))) (V_s : nat -> process Smp Len H30) (W : nat -> nat
  -> process Smp Len H676) (W_D : nat -> process Smp Len (lift Crd (fun _ => real_space))) (W_b : nat -> nat ->
  process Smp Len H676) (W_c : nat -> nat -> process Smp Len H642) (W_f : nat -> nat -> process Smp Len H684) (W_s :
  nat -> process Smp Len H30) (Ws_k : nat -> history -> H30) (X_f : process Smp Len (lift Crd (fun _ =>
  real_space))) (X_m : process Smp Len (lift Crd (fun _ => real_space))) (Xf_k : history -> lift Crd (fun _ =>
  real_space)) (Xm_k : history -> lift Crd (fun _ => real_space)) (Z_c : process Smp Len real_space) (Z_f : process
  Smp Len real_space) (Z_t : process Smp Len real_space) (b : process Smp Len (lift Crd (fun _ => real_space)))
  (b__parts : lift Stg (fun _ => (process Smp Len H16))) (b_k : history -> lift Crd (fun _ => real_space)) (b_m : TS
  -> process Smp Len H16) (b_mk : TS -> history -> H16) (b_n : process Smp Len (lift Crd (fun _ => real_space)))
  (b_n__parts : lift Stg (fun _ => (process Smp Len H52))) (b_v : process Smp Len (lift Crd (fun _ => real_space)))
  (b_v__parts : lift Stg (fun _ => (process Smp Len H50))) (bn_k : history -> lift Crd (fun _ => real_space)) (bn_m
  : TS -> process Smp Len H52) (bn_mk : TS -> history -> H52) (bv_m : TS -> process Smp Len H50) (bv_mk : TS ->
  history -> H50) (c2g : process Smp Len (lift Crd (fun _ => real_space))) (c2g_k : history -> lift Crd (fun _ =>
  real_space)) (cF : process Smp Len (lift Crd (fun _ => real_space))) (cF_k : history -> lift Crd (fun _ =>
  real_space)) (cb : process Smp Len (lift Crd (fun _ => real_space))) (cb_k : history -> lift Crd (fun _ =>
  real_space)) (ch_f : lift Stg (fun _ => (process Smp Len H46))) (ch_t : lift Stg (fun _ => (process Smp Len H44)))
  (chf_m : TS -> process Smp Len H46) (chf_mk : TS -> history -> H46) (cht_m : TS -> process Smp Len H44) (cht_mk :
  TS -> history -> H44) (cn : process Smp Len (lift Crd (fun _ => real_space))) (cn_k : history -> lift Crd (fun _
  => real_space)) (dW : process Smp Len (lift Crd (fun _ => real_space))) (dW_k : history -> lift Crd (fun _ =>
  real_space)) (delta : process Smp Len H22) (delta_k : history -> H22) (e : process Smp Len (lift Crd (fun _ =>
  real_space))) (gb_k : history -> lift Crd (fun _ => real_space)) (gb_m : TS -> process Smp Len H58) (gb_mk : TS ->
  history -> H58) (gb_n : process Smp Len (lift Crd (fun _ => real_space))) (gb_n__parts : lift Stg (fun _ =>
  (process Smp Len H58))) (n : process Smp Len (lift Crd (fun _ => real_space))) (n_f : nat -> nat -> process Smp
  Len H684) (n_k : history -> lift Crd (fun _ => real_space)) (n_m : nat -> process Smp Len H676) (n_s : nat ->
  process Smp Len H30) (omega : nat -> TS -> process Smp Len real_space) (omega_b : nat -> process Smp Len
  real_space) (omega_c : nat -> process Smp Len real_space) (omega_f : nat -> process Smp Len real_space) (omega_n :
  nat -> process Smp Len real_space) (omega_v : nat -> process Smp Len real_space) (r2_k : history -> lift Crd (fun
  _ => real_space)) (rJ_k : history -> lift Crd (fun _ => real_space)) (r_2 : process Smp Len (lift Crd (fun _ =>
  real_space))) (unit : process Smp Len (lift Crd (fun _ => real_space))) (unit_D : nat -> process Smp Len (lift Crd
  (fun _ => real_space))) (v_f : nat -> nat -> process Smp Len H684) (v_k : history -> lift Crd (fun _ =>
  real_space)) (v_m : nat -> process Smp Len H676) (w : nat -> nat -> process Smp Len H676) (w_D : nat -> process
  Smp Len (lift Crd (fun _ => real_space))) (w_b : nat -> nat -> process Smp Len H676) (w_f : nat -> nat -> process
  Smp Len H684) (w_s : nat -> process Smp Len H30) (y : nat -> nat -> process Smp Len H642) (z : nat -> nat ->
  process Smp Len H676) (z_D : nat -> process Smp Len (lift Crd (fun _ => real_space))) (z_b : nat -> nat -> process
  Smp Len H676) (z_f : nat -> nat -> process Smp Len H684) (z_s : nat -> process Smp Len H30) (d_m : nat -> nat) (D
  : nat) (i : nat) :
  ((0 < Len)%nat) ->
  (forall h : history, taken Smp Len h -> forall o : lift Crd (fun _ => real_space), inner (b_k h) o = ((inner (b h)
    o))) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> (g h c) = (((F_k h c) : R) + ((b_k h c) :
    R) + ((n_k h c) : R))) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> (e_ h c) = (((-1) * ((F_k h c) : R)) +
    ((-1) * ((b_k h c) : R)) + ((v_k h c) : R))) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> (grad h c) = (((F_k h c) : R))) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> (noise h c) = (((n_k h c) : R))) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> (w_twice h c) = (((c2g_k h c) : R))) ->
  (forall h : history, taken Smp Len h -> forall o : lift Crd (fun _ => real_space), inner (c2g_k h) o = ((inner
    (c2g h) o))) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> (stale h c) = (((b_k h c) : R))) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> (w_grad h c) = (((cF_k h c) : R))) ->
  (forall h : history, taken Smp Len h -> forall o : lift Crd (fun _ => real_space), inner (cF_k h) o = ((inner (cF
    h) o))) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> (w_noise h c) = (((cn_k h c) : R))) ->
  (forall h : history, taken Smp Len h -> forall o : lift Crd (fun _ => real_space), inner (cn_k h) o = ((inner (cn
    h) o))) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> (w_stale h c) = (((cb_k h c) : R))) ->
  (forall h : history, taken Smp Len h -> forall o : lift Crd (fun _ => real_space), inner (cb_k h) o = ((inner (cb
    h) o))) ->
  (forall h : history, taken Smp Len h -> forall o : lift Crd (fun _ => real_space), inner (F_k h) o = ((r * (inner
    (unit h) o)))) ->
  (forall h : history, taken Smp Len h -> forall o : lift Crd (fun _ => real_space), inner (v_k h) o = ((inner (b h)
    o) + (inner (e h) o) + (r * (inner (unit h) o)))) ->
  (forall h : history, taken Smp Len h -> forall o : lift Crd (fun _ => real_space), inner (n_k h) o = ((inner (n h)
    o))) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> forall o : H16, inner (b_mk m h) o =
    ((inner (b_m m h) o))) ->
  (forall k : nat, forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> (pi k m h) = (((P k m h) :
    R))) ->
  (forall m : TS, support Stg m -> forall o : process Smp Len H16, inner (b_m m) o = ((inner (b__parts m) o))) ->
  (forall k : nat, forall m : TS, support Stg m -> (gamma k m) = (((Sdv k m) : R))) ->
  (forall k : nat, forall m : TS, support Stg m -> (chi k m) = (((Shn k m) : R))) ->
  (forall h : history, taken Smp Len h -> forall o : H22, inner (delta_k h) o = ((inner (delta h) o))) ->
  (forall h : history, taken Smp Len h -> forall o : lift Crd (fun _ => real_space), inner (dW_k h) o = ((inner (dW
    h) o))) ->
  (forall h : history, taken Smp Len h -> forall o : lift Crd (fun _ => real_space), inner (r2_k h) o = ((inner (r_2
    h) o))) ->
  (forall h : history, taken Smp Len h -> forall o : lift Crd (fun _ => real_space), inner (rJ_k h) o = ((inner (b
    h) o) + ((-1) * (inner (b_n h) o)) + ((-1) * (inner (b_v h) o)) + ((-1) * (inner (r_2 h) o)))) ->
  (forall h : history, taken Smp Len h -> (t_k h) = (((T_q h) : R))) ->
  (forall h : history, taken Smp Len h -> (len_t h) = (((M_t h) : R) + ((Z_t h) : R))) ->
  (forall h : history, taken Smp Len h -> (m_t h) = (((M_t h) : R))) ->
  (forall h : history, taken Smp Len h -> (len_f h) = (((M_f h) : R) + ((Z_f h) : R))) ->
  (forall h : history, taken Smp Len h -> (m_f h) = (((M_f h) : R))) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> (g_f h c) = (((Gf_k h c) : R))) ->
  (forall h : history, taken Smp Len h -> forall o : lift Crd (fun _ => real_space), inner (Gf_k h) o = ((inner (G_f
    h) o))) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> (x_m h c) = (((Xm_k h c) : R))) ->
  (forall h : history, taken Smp Len h -> forall o : lift Crd (fun _ => real_space), inner (Xm_k h) o = ((inner (X_m
    h) o))) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> (dW_i h c) = (((dW_k h c) : R))) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> (bn_i h c) = (((bn_k h c) : R))) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> (gb_i h c) = (((gb_k h c) : R))) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> (x_f h c) = (((Xf_k h c) : R))) ->
  (forall h : history, taken Smp Len h -> forall o : lift Crd (fun _ => real_space), inner (Xf_k h) o = ((inner (X_f
    h) o))) ->
  (forall k : nat, forall h : history, taken Smp Len h -> forall o : H30, inner (H_k k h) o = ((inner (G_fresh k h)
    o) + (inner (Theta k h) o))) ->
  (forall k : nat, forall h : history, taken Smp Len h -> forall o : H30, inner (Ws_k k h) o = ((inner (W_s k h)
    o))) ->
  (forall h : history, taken Smp Len h -> forall o : lift Crd (fun _ => real_space), inner (bn_k h) o = ((inner (b_n
    h) o))) ->
  (forall h : history, taken Smp Len h -> forall o : lift Crd (fun _ => real_space), inner (gb_k h) o = ((inner
    (gb_n h) o))) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> forall o : H44, inner (cht_mk m h) o =
    ((inner (cht_m m h) o))) ->
  (forall m : TS, support Stg m -> forall o : process Smp Len H44, inner (cht_m m) o = ((inner (ch_t m) o))) ->
  (forall k : nat, forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> (pi_t k m h) = (((P_t k m
    h) : R))) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> forall o : H46, inner (chf_mk m h) o =
    ((inner (chf_m m h) o))) ->
  (forall m : TS, support Stg m -> forall o : process Smp Len H46, inner (chf_m m) o = ((inner (ch_f m) o))) ->
  (forall k : nat, forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> (pi_f k m h) = (((P_f k m
    h) : R))) ->
  (forall k : nat, forall m : TS, support Stg m -> (gamma_l k m) = (((STv k m) : R))) ->
  (forall k : nat, forall m : TS, support Stg m -> (chi_l k m) = (((STn k m) : R))) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> forall o : H50, inner (bv_mk m h) o =
    ((inner (bv_m m h) o))) ->
  (forall m : TS, support Stg m -> forall o : process Smp Len H50, inner (bv_m m) o = ((inner (b_v__parts m) o))) ->
  (forall k : nat, forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> (pi_v k m h) = (((P_v k m
    h) : R))) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> forall o : H52, inner (bn_mk m h) o =
    ((inner (bn_m m h) o))) ->
  (forall m : TS, support Stg m -> forall o : process Smp Len H52, inner (bn_m m) o = ((inner (b_n__parts m) o))) ->
  (forall k : nat, forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> (pi_n k m h) = (((P_n k m
    h) : R))) ->
  (forall k : nat, forall h : history, taken Smp Len h -> forall o : lift Crd (fun _ => real_space), inner (Fd_k k
    h) o = ((r * (inner (unit_D k h) o)))) ->
  (forall k : nat, forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> (pi_c k m h) = (((P_c k m
    h) : R))) ->
  (forall h : history, taken Smp Len h -> (gsq h) = (((C_f h) : R) + ((Z_c h) : R))) ->
  (forall h : history, taken Smp Len h -> (c_k h) = (((C_f h) : R))) ->
  (forall k : nat, forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> (sq_n k m h) = (((Sq_n k m
    h) : R))) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> forall o : H58, inner (gb_mk m h) o =
    ((inner (gb_m m h) o))) ->
  (forall m : TS, support Stg m -> forall o : process Smp Len H58, inner (gb_m m) o = ((inner (gb_n__parts m) o)))
    ->
  (forall k : nat, forall m : TS, support Stg m -> (nuh k m) = (((Nuh k m) : R))) ->
  ((inner b__parts b__parts) = (inner b b)) ->
  ((inner b_v__parts b_v__parts) = (inner b_v b_v)) ->
  ((inner b_n__parts b_n__parts) = (inner b_n b_n)) ->
  ((inner gb_n__parts gb_n__parts) = (inner gb_n gb_n)) ->
  (rbar2 = average Smp Len (fun h => (peak h))) ->
  (mean_iota = average Smp Len (fun h => (iota h))) ->
  (c_bar = average Smp Len (fun h => (c_k h))) ->
  (path Smp Len f_now f_next f_first f_last mean_now mean_next K) ->
  (known Smp Len _ 1 unit) ->
  (differences Smp Len _ n) ->
  (forall k : nat, differences Smp Len _ (n_m k)) ->
  (known Smp Len _ 1 cF) ->
  (differences Smp Len _ cn) ->
  (forall k : nat, differences Smp Len _ (n_s k)) ->
  (forall k : nat, forall j : nat, differences Smp Len _ (n_f k j)) ->
  (known Smp Len _ 1 T_q) ->
  (differences Smp Len _ Z_t) ->
  (differences Smp Len _ Z_f) ->
  (forall k : nat, known Smp Len _ (k + 1)%nat (Theta k)) ->
  (forall k : nat, differences Smp Len _ (G_fresh k)) ->
  (forall k : nat, forall j : nat, known Smp Len _ (k + 1)%nat (y k j)) ->
  (forall k : nat, forall j : nat, centred Smp Len _ (k + 1)%nat (y k j)) ->
  (differences Smp Len _ Z_c) ->
  (forall k : nat, forall m : TS, support Stg m -> known Smp Len _ 1 (Sq_n k m)) ->
  (forall k : nat, forall j : nat, forall h : history, taken Smp Len h -> (w k j h) = delayed Smp Len _ (k + 1)%nat
    (v_m j) h) ->
  (forall k : nat, forall j : nat, forall h : history, taken Smp Len h -> (z k j h) = delayed Smp Len _ (k + 1)%nat
    (n_m j) h) ->
  (forall k : nat, forall h : history, taken Smp Len h -> (w_D k h) = delayed Smp Len _ (k + 1)%nat V h) ->
  (forall k : nat, forall h : history, taken Smp Len h -> (z_D k h) = delayed Smp Len _ (k + 1)%nat n h) ->
  (forall k : nat, forall h : history, taken Smp Len h -> (w_s k h) = delayed Smp Len _ (k + 1)%nat (V_s k) h) ->
  (forall k : nat, forall h : history, taken Smp Len h -> (z_s k h) = delayed Smp Len _ (k + 1)%nat (n_s k) h) ->
  (forall k : nat, forall j : nat, forall h : history, taken Smp Len h -> (w_b k j h) = delayed Smp Len _ (k +
    1)%nat (v_m j) h) ->
  (forall k : nat, forall j : nat, forall h : history, taken Smp Len h -> (z_b k j h) = delayed Smp Len _ (k +
    1)%nat (n_m j) h) ->
  (forall k : nat, forall j : nat, forall h : history, taken Smp Len h -> (w_f k j h) = delayed Smp Len _ (k +
    1)%nat (v_f k j) h) ->
  (forall k : nat, forall j : nat, forall h : history, taken Smp Len h -> (z_f k j h) = delayed Smp Len _ (k +
    1)%nat (n_f k j) h) ->
  (forall k : nat, forall h : history, taken Smp Len h -> (unit_D k h) = delayed Smp Len _ (k)%nat unit h) ->
  (forall k : nat, forall o : process Smp Len H676, inner (U 0%nat k) o = 0) ->
  (forall k : nat, forall j : nat, forall o : process Smp Len H676, inner (U (S k) j) o = ((inner (U k j) o) +
    (inner (w k j) o))) ->
  (forall k : nat, forall o : process Smp Len H676, inner (W 0%nat k) o = 0) ->
  (forall k : nat, forall j : nat, forall o : process Smp Len H676, inner (W (S k) j) o = ((inner (W k j) o) +
    (inner (z k j) o))) ->
  (forall k : nat, (Q_m 0%nat k) = 0) ->
  (forall k : nat, forall j : nat, (Q_m (S k) j) = ((Q_m k j) + (q_v k j))) ->
  (forall o : process Smp Len (lift Crd (fun _ => real_space)), inner (U_D 0%nat) o = 0) ->
  (forall k : nat, forall o : process Smp Len (lift Crd (fun _ => real_space)), inner (U_D (S k)) o = ((inner (U_D
    k) o) + (inner (w_D k) o))) ->
  (forall o : process Smp Len (lift Crd (fun _ => real_space)), inner (W_D 0%nat) o = 0) ->
  (forall k : nat, forall o : process Smp Len (lift Crd (fun _ => real_space)), inner (W_D (S k)) o = ((inner (W_D
    k) o) + (inner (z_D k) o))) ->
  (forall o : process Smp Len H30, inner (U_s 0%nat) o = 0) ->
  (forall k : nat, forall o : process Smp Len H30, inner (U_s (S k)) o = ((inner (U_s k) o) + (inner (w_s k) o))) ->
  (forall o : process Smp Len H30, inner (W_s 0%nat) o = 0) ->
  (forall k : nat, forall o : process Smp Len H30, inner (W_s (S k)) o = ((inner (W_s k) o) + (inner (z_s k) o))) ->
  (forall k : nat, forall o : process Smp Len H676, inner (U_b 0%nat k) o = 0) ->
  (forall k : nat, forall j : nat, forall o : process Smp Len H676, inner (U_b (S k) j) o = ((inner (U_b k j) o) +
    (inner (w_b k j) o))) ->
  (forall k : nat, forall o : process Smp Len H676, inner (W_b 0%nat k) o = 0) ->
  (forall k : nat, forall j : nat, forall o : process Smp Len H676, inner (W_b (S k) j) o = ((inner (W_b k j) o) +
    (inner (z_b k j) o))) ->
  (forall k : nat, forall o : process Smp Len H684, inner (U_f 0%nat k) o = 0) ->
  (forall k : nat, forall j : nat, forall o : process Smp Len H684, inner (U_f (S k) j) o = ((inner (U_f k j) o) +
    (inner (w_f k j) o))) ->
  (forall k : nat, forall o : process Smp Len H684, inner (W_f 0%nat k) o = 0) ->
  (forall k : nat, forall j : nat, forall o : process Smp Len H684, inner (W_f (S k) j) o = ((inner (W_f k j) o) +
    (inner (z_f k j) o))) ->
  (forall k : nat, forall o : process Smp Len H642, inner (W_c 0%nat k) o = 0) ->
  (forall k : nat, forall j : nat, forall o : process Smp Len H642, inner (W_c (S k) j) o = ((inner (W_c k j) o) +
    (inner (y k j) o))) ->
  (forall m : TS, support Stg m -> (gamma 0%nat m) = 0) ->
  (forall k : nat, forall m : TS, support Stg m -> (gamma (S k) m) = ((gamma k m) + ((S_mj k m) * (c_m k) * (INR
    (d_m k))))) ->
  (forall m : TS, support Stg m -> (chi 0%nat m) = 0) ->
  (forall k : nat, forall m : TS, support Stg m -> (chi (S k) m) = ((chi k m) + ((S_mj k m) * (s_m k) * (sqrt_d (d_m
    k) k)))) ->
  (forall m : TS, support Stg m -> (gamma_l 0%nat m) = 0) ->
  (forall k : nat, forall m : TS, support Stg m -> (gamma_l (S k) m) = ((gamma_l k m) + ((c_m k) * ((S_mj k m) +
    (T_mj k m))))) ->
  (forall m : TS, support Stg m -> (chi_l 0%nat m) = 0) ->
  (forall k : nat, forall m : TS, support Stg m -> (chi_l (S k) m) = ((chi_l k m) + ((s_m k) * ((S_mj k m) + (T_mj k
    m))))) ->
  (forall m : TS, support Stg m -> (nuh 0%nat m) = 0) ->
  (forall k : nat, forall m : TS, support Stg m -> (nuh (S k) m) = ((nuh k m) + ((S_mj k m) * (dev k)))) ->
  (forall m : TS, support Stg m -> forall o : process Smp Len real_space, inner (P 0%nat m) o = 0) ->
  (forall k : nat, forall m : TS, support Stg m -> forall o : process Smp Len real_space, inner (P (S k) m) o =
    ((inner (P k m) o) + ((S_mj k m) * (inner (omega k m) o)))) ->
  (forall m : TS, support Stg m -> forall o : process Smp Len real_space, inner (P_t 0%nat m) o = 0) ->
  (forall k : nat, forall m : TS, support Stg m -> forall o : process Smp Len real_space, inner (P_t (S k) m) o =
    ((inner (P_t k m) o) + ((T_mj k m) * (inner (omega_b k) o)) + ((S_mj k m) * (inner (omega_f k) o)))) ->
  (forall m : TS, support Stg m -> forall o : process Smp Len real_space, inner (P_f 0%nat m) o = 0) ->
  (forall k : nat, forall m : TS, support Stg m -> forall o : process Smp Len real_space, inner (P_f (S k) m) o =
    ((inner (P_f k m) o) + (((S_mj k m) + (T_mj k m)) * (inner (omega_b k) o)))) ->
  (forall m : TS, support Stg m -> forall o : process Smp Len real_space, inner (P_v 0%nat m) o = 0) ->
  (forall k : nat, forall m : TS, support Stg m -> forall o : process Smp Len real_space, inner (P_v (S k) m) o =
    ((inner (P_v k m) o) + ((S_mj k m) * (inner (omega_v k) o)))) ->
  (forall m : TS, support Stg m -> forall o : process Smp Len real_space, inner (P_n 0%nat m) o = 0) ->
  (forall k : nat, forall m : TS, support Stg m -> forall o : process Smp Len real_space, inner (P_n (S k) m) o =
    ((inner (P_n k m) o) + ((S_mj k m) * (inner (omega_n k) o)))) ->
  (forall m : TS, support Stg m -> forall o : process Smp Len real_space, inner (P_c 0%nat m) o = 0) ->
  (forall k : nat, forall m : TS, support Stg m -> forall o : process Smp Len real_space, inner (P_c (S k) m) o =
    ((inner (P_c k m) o) + ((S_mj k m) * (inner (omega_c k) o)))) ->
  (0 < K) ->
  (f_star <= f_last) ->
  (Delta = (f_first + ((-1) * f_star))) ->
  (0 < alpha) ->
  (0 <= L) ->
  (forall h : history, taken Smp Len h -> (f_next h) <= ((f_now h) + ((1 / 2) * L * (((inner (n_k h) (n_k h)) *
    (alpha ^ 2) * (gain ^ 2)) + ((inner (v_k h) (v_k h)) * (alpha ^ 2) * (gain ^ 2)) + (2 * (inner (n_k h) (v_k h))
    * (alpha ^ 2) * (gain ^ 2)))) + ((-1) * (inner (F_k h) (n_k h)) * alpha * gain) + ((-1) * (inner (F_k h) (v_k
    h)) * alpha * gain))) ->
  (0 < gain) ->
  (x = (L * alpha * gain)) ->
  (p = (Delta * (/ K) * (/ alpha) * (/ gain))) ->
  (0 <= r) ->
  ((inner unit unit) <= 1) ->
  (((inner unit unit) * (r ^ 2)) = (r ^ 2)) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> ((s h c) ^ 2) = 1) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> 0 <= (m h c)) ->
  (0 <= rho) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> (g h c) = ((m h c) * (s h c))) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> (T_i h c) = ((-1) * alpha * gain * ((e_ h
    c) + (g h c)))) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> ((T_i h c) + (alpha * gain * (m h c) * (s
    h c))) <= (alpha * gain * (m h c) * (share h c))) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> ((-1) * alpha * gain * (m h c) * (share h
    c)) <= ((T_i h c) + (alpha * gain * (m h c) * (s h c)))) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> 0 <= (share h c)) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> (share h c) <= rho) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> (w_twice h c) = (((share h c) ^ 2) *
    ((grad h c) + (noise h c)))) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> (g h c) = ((grad h c) + (noise h c) +
    (stale h c))) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> (w_grad h c) = ((grad h c) * (share h c)))
    ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> (w_noise h c) = ((noise h c) * (share h
    c))) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> (w_stale h c) = ((share h c) * (stale h
    c))) ->
  (forall k : nat, 0 <= (sqrt_d (d_m k) k)) ->
  (forall k : nat, ((sqrt_d (d_m k) k) ^ 2) = (INR (d_m k))) ->
  (forall k : nat, 0 <= (c_m k)) ->
  (forall k : nat, 0 <= (s_m k)) ->
  (forall k : nat, (inner (v_m k) (v_m k)) <= ((c_m k) ^ 2)) ->
  (forall k : nat, (inner (n_m k) (n_m k)) <= ((s_m k) ^ 2)) ->
  (forall k : nat, forall m : TS, support Stg m -> 0 <= (S_mj k m)) ->
  (forall k : nat, forall m : TS, support Stg m -> (inner (omega k m) (omega k m)) <= ((alpha ^ 2) * (gain ^ 2) *
    ((inner (U (d_m k) k) (U (d_m k) k)) + (inner (W (d_m k) k) (W (d_m k) k)) + (2 * (inner (U (d_m k) k) (W (d_m
    k) k)))))) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> 0 <= (beta m h)) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> ((beta m h) ^ 2) = (inner (b_mk m h) (b_mk
    m h))) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> (beta m h) <= (pi i m h)) ->
  (A = ((inner unit unit) * (r ^ 2))) ->
  (0 <= sigma) ->
  (forall h : history, taken Smp Len h -> (inner (n_k h) (n_k h)) <= (sigma ^ 2)) ->
  (0 <= rbar2) ->
  (forall h : history, taken Smp Len h -> (inner (cn_k h) (cn_k h)) <= ((peak h) * (sigma ^ 2))) ->
  (0 <= T_s) ->
  ((T_s ^ 2) = ((A * (rho ^ 2)) + (rbar2 * (sigma ^ 2)))) ->
  (0 <= Y) ->
  ((Y ^ 2) = ((inner b b) + (inner e e) + (2 * (inner b e)) + ((inner unit unit) * (r ^ 2)) + (2 * (inner b unit) *
    r) + (2 * (inner e unit) * r))) ->
  (0 <= Lambda1) ->
  (0 <= nu) ->
  ((inner (Sdv i) (Sdv i)) <= ((Lambda1 ^ 2) * (Y ^ 2))) ->
  ((inner (Shn i) (Shn i)) <= (nu ^ 2)) ->
  (a = ((inner b unit) + (inner e unit) + ((inner unit unit) * r))) ->
  (0 <= S_) ->
  ((S_ ^ 2) = ((Y ^ 2) + ((-1) * (a ^ 2)))) ->
  (q = (Lambda1 * alpha * gain * (1 + rho))) ->
  (forall k : nat, (inner (V_s k) (V_s k)) <= (inner V V)) ->
  (forall k : nat, (inner (n_s k) (n_s k)) <= (inner n n)) ->
  (forall k : nat, forall j : nat, (inner (v_f k j) (v_f k j)) <= (inner (v_m j) (v_m j))) ->
  (forall k : nat, forall j : nat, (inner (n_f k j) (n_f k j)) <= (inner (n_m j) (n_m j))) ->
  (0 < (INR D)) ->
  (0 <= (sqrt_D D)) ->
  (((sqrt_D D) ^ 2) = (INR D)) ->
  ((inner V V) <= (Y ^ 2)) ->
  ((inner dW dW) <= ((alpha ^ 2) * (gain ^ 2) * ((inner (U_D D) (U_D D)) + (inner (W_D D) (W_D D)) + (2 * (inner
    (U_D D) (W_D D)))))) ->
  ((inner delta delta) <= ((alpha ^ 2) * (gain ^ 2) * ((inner (U_s D) (U_s D)) + (inner (W_s D) (W_s D)) + (2 *
    (inner (U_s D) (W_s D)))))) ->
  (0 <= H2) ->
  (0 <= HJ) ->
  (0 <= Gamma) ->
  (forall h : history, taken Smp Len h -> (inner (r2_k h) (r2_k h)) <= ((1 / 4) * ((inner (delta_k h) (delta_k h)) ^
    2) * (H2 ^ 2))) ->
  (forall h : history, taken Smp Len h -> (inner (rJ_k h) (rJ_k h)) <= ((inner (dW_k h) (dW_k h)) * (inner (delta_k
    h) (delta_k h)) * (HJ ^ 2))) ->
  (forall h : history, taken Smp Len h -> (t_k h) = (((1 / 2) * (inner (delta_k h) (delta_k h)) * H2) + ((1 / 2) *
    HJ * ((inner (dW_k h) (dW_k h)) + (inner (delta_k h) (delta_k h)))))) ->
  (forall h : history, taken Smp Len h -> 0 <= (len_t h)) ->
  (forall h : history, taken Smp Len h -> ((len_t h) ^ 2) = ((inner (F_k h) (F_k h)) + (inner (b_k h) (b_k h)) +
    (inner (n_k h) (n_k h)) + (2 * (inner (F_k h) (b_k h))) + (2 * (inner (F_k h) (n_k h))) + (2 * (inner (b_k h)
    (n_k h))))) ->
  (forall h : history, taken Smp Len h -> (m_t h) <= Gamma) ->
  (forall h : history, taken Smp Len h -> 0 <= (len_f h)) ->
  (forall h : history, taken Smp Len h -> ((len_f h) ^ 2) = ((inner (F_k h) (F_k h)) + (inner (n_k h) (n_k h)) + (2
    * (inner (F_k h) (n_k h))))) ->
  (forall h : history, taken Smp Len h -> (m_f h) <= Gamma) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> (((e_ h c) + ((-1) * (e_m h c))) ^ 2) <=
    ((rho ^ 2) * (((g h c) + ((-1) * (g_f h c))) ^ 2))) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> (x_m h c) = ((e_m h c) + ((g_f h c) *
    ((share h c) ^ 2)))) ->
  (0 <= theta1) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> 0 <= (dW_i h c)) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> 0 <= (size_f h c)) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> 0 <= (size_n h c)) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> ((s_n h c) ^ 2) = 1) ->
  (forall h : history, taken Smp Len h -> 0 <= (len_0 h)) ->
  (forall h : history, taken Smp Len h -> ((len_0 h) ^ 2) = (inner (Gf_k h) (Gf_k h))) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> (size_f h c) <= (len_0 h)) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> ((e_m h c) + ((-1) * (e_f h c))) <= ((dW_i
    h c) * (size_f h c) * theta1)) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> ((-1) * (dW_i h c) * (size_f h c) *
    theta1) <= ((e_m h c) + ((-1) * (e_f h c)))) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> (bn_i h c) = ((s_n h c) * (size_n h c)))
    ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> (gb_i h c) = ((len_0 h) * (size_n h c)))
    ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> 0 <= (share_f h c)) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> (share_f h c) <= rho) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> ((s_f h c) ^ 2) = 1) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> (g_f h c) = ((s_f h c) * (size_f h c))) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> ((share h c) + ((-1) * (share_f h c))) <=
    ((dW_i h c) * theta1)) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> ((-1) * (dW_i h c) * theta1) <= ((share h
    c) + ((-1) * (share_f h c)))) ->
  (forall h : history, taken Smp Len h -> forall c : TC, support Crd c -> (x_f h c) = ((e_f h c) + ((g_f h c) *
    ((share_f h c) ^ 2)))) ->
  (forall h : history, taken Smp Len h -> (inner (Xf_k h) (bn_k h)) = ((inner (H_k D h) (Ws_k D h)) * alpha * gain))
    ->
  (forall k : nat, forall m : TS, support Stg m -> 0 <= (T_mj k m)) ->
  (forall k : nat, (inner (omega_f k) (omega_f k)) <= ((alpha ^ 2) * (gain ^ 2) * ((inner (U_f D k) (U_f D k)) +
    (inner (W_f D k) (W_f D k)) + (2 * (inner (U_f D k) (W_f D k)))))) ->
  (forall k : nat, (inner (omega_b k) (omega_b k)) <= ((alpha ^ 2) * (gain ^ 2) * ((inner (U_b D k) (U_b D k)) +
    (inner (W_b D k) (W_b D k)) + (2 * (inner (U_b D k) (W_b D k)))))) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> 0 <= (beta_t m h)) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> ((beta_t m h) ^ 2) = (inner (cht_mk m h)
    (cht_mk m h))) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> (beta_t m h) <= (pi_t i m h)) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> 0 <= (beta_f m h)) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> ((beta_f m h) ^ 2) = (inner (chf_mk m h)
    (chf_mk m h))) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> (beta_f m h) <= (pi_f i m h)) ->
  (0 <= ell) ->
  ((inner (STv i) (STv i)) <= ((Y ^ 2) * (ell ^ 2))) ->
  ((inner (STn i) (STn i)) <= ((ell ^ 2) * (sigma ^ 2))) ->
  ((inner ch_t ch_t) = ((inner G_f G_f) + (inner b b) + (inner n n) + ((-2) * (inner G_f b)) + ((-2) * (inner G_f
    n)) + (2 * (inner b n)) + ((inner unit unit) * (r ^ 2)) + ((-2) * (inner G_f unit) * r) + (2 * (inner b unit) *
    r) + (2 * (inner n unit) * r))) ->
  ((inner ch_f ch_f) = ((inner G_f G_f) + (inner n n) + ((-2) * (inner G_f n)) + ((inner unit unit) * (r ^ 2)) +
    ((-2) * (inner G_f unit) * r) + (2 * (inner n unit) * r))) ->
  (forall k : nat, (inner (omega_v k) (omega_v k)) <= ((inner (U (d_m k) k) (U (d_m k) k)) * (alpha ^ 2) * (gain ^
    2))) ->
  (forall k : nat, (inner (omega_n k) (omega_n k)) <= ((inner (W (d_m k) k) (W (d_m k) k)) * (alpha ^ 2) * (gain ^
    2))) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> 0 <= (beta_v m h)) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> ((beta_v m h) ^ 2) = (inner (bv_mk m h)
    (bv_mk m h))) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> (beta_v m h) <= (pi_v i m h)) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> 0 <= (beta_n m h)) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> ((beta_n m h) ^ 2) = (inner (bn_mk m h)
    (bn_mk m h))) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> (beta_n m h) <= (pi_n i m h)) ->
  ((K * mean_iota) = J) ->
  (forall h : history, taken Smp Len h -> (c_k h) <= ((inner (Fd_k D h) (Fd_k D h)) + (sigma ^ 2) + ((iota h) * (F0
    ^ 2)))) ->
  (phi0 = (J * (F0 ^ 2) * (/ K))) ->
  (0 <= J) ->
  (0 <= R_0) ->
  ((R_0 ^ 2) = (A + phi0 + (sigma ^ 2))) ->
  (forall k : nat, forall j : nat, 0 <= (q_v k j)) ->
  (forall k : nat, forall j : nat, (inner (y k j) (y k j)) <= (c_bar * (q_v k j))) ->
  (forall k : nat, 0 <= (dev k)) ->
  (forall k : nat, (Q_m D k) <= ((dev k) ^ 2)) ->
  (forall k : nat, (inner (omega_c k) (omega_c k)) <= ((inner (W_c D k) (W_c D k)) * (alpha ^ 2) * (gain ^ 2))) ->
  (forall h : history, taken Smp Len h -> 0 <= (c_k h)) ->
  (forall h : history, taken Smp Len h -> 0 <= (rc_k h)) ->
  (forall h : history, taken Smp Len h -> ((rc_k h) ^ 2) = (c_k h)) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> (pi_c i m h) = ((pi_n i m h) * (rc_k h)))
    ->
  (forall h : history, taken Smp Len h -> (gsq h) = (inner (Gf_k h) (Gf_k h))) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> (sq_n i m h) = ((pi_n i m h) ^ 2)) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> (inner (gb_mk m h) (gb_mk m h)) = ((inner
    (bn_mk m h) (bn_mk m h)) * (gsq h))) ->
  (0 <= nuhat) ->
  ((inner (Nuh i) (Nuh i)) <= (nuhat ^ 2)) ->
  (k1 = (ell * nu * rho * (1 + rho))) ->
  (k2 = (nuhat * theta1 * (1 + (2 * rho)))) ->
  (eta = (Gamma * rho * (1 + rho) * (H2 + (2 * HJ)))) ->
  ((e0 D) = ((alpha ^ 2) * (gain ^ 2) * (((nu ^ 2) * (1 + (rho ^ 2))) + ((INR D) * eta * (sigma ^ 2)) + (2 * sigma *
    (sqrt_D D) * (k1 + (R_0 * k2)))))) ->
  ((e1 D) = ((alpha ^ 2) * (gain ^ 2) * ((2 * (INR D) * (k1 + (R_0 * k2))) + (Lambda1 * nu * (2 + (2 * rho) + (2 *
    (rho ^ 2)))) + (2 * (INR D) * eta * sigma * (sqrt_D D))))) ->
  ((e2 D) = (eta * ((INR D) ^ 2) * (alpha ^ 2) * (gain ^ 2))) ->
  ((A + (Y ^ 2) + ((-2) * a * r)) <= ((e0 D) + ((T_s + (Y * q)) ^ 2) + (Y * (e1 D)) + ((e2 D) * (Y ^ 2)))) /\ ((a *
    r) <= (p + ((1 / 2) * x * (Y ^ 2)) + ((1 / 2) * x * (sigma ^ 2)) + (S_ * sigma * x))) /\ ((a ^ 2) <= (Y ^ 2)).
Proof.
    intros P0 P1 P2 P3 P4 P5 P6 P7 P8 P9 P10 P11 P12 P13 P14 P15 P16 P17 P18 P19 P20 P21 P22 P23 P24 P25 P26 P27 P28
    P29 P30 P31 P32 P33 P34 P35 P36 P37 P38 P39 P40 P41 P42 P43 P44 P45 P46 P47 P48 P49 P50 P51 P52 P53 P54 P55 P56
    P57 P58 P59 P60 P61 P62 P63 P64 P65 P66 P67 P68 P69 P70 P71 P72 P73 P74 P75 P76 P77 P78 P79 P80 P81 P82 P83 P84
    P85 P86 P87 P88 P89 P90 P91 P92 P93 P94 P95 P96 P97 P98 P99 P100 P101 P102 P103 P104 P105 P106 P107 P108 P109
    P110 P111 P112 P113 P114 P115 P116 P117 P118 P119 P120 P121 P122 P123 P124 P125 P126 P127 P128 P129 P130 P131
    P132 P133 P134 P135 P136 P137 P138 P139 P140 P141 P142 P143 P144 P145 P146 P147 P148 P149 P150 P151 P152 P153
    P154 P155 P156 P157 P158 P159 P160 P161 P162 P163 P164 P165 P166 P167 P168 P169 P170 P171 P172 P173 P174 P175
    P176 P177 P178 P179 P180 P181 P182 P183 P184 P185 P186 P187 P188 P189 P190 P191 P192 P193 P194 P195 P196 P197
    P198 P199 P200 P201 P202 P203 P204 P205 P206 P207 P208 P209 P210 P211 P212 P213 P214 P215 P216 P217 P218 P219
    P220 P221 P222 P223 P224 P225 P226 P227 P228 P229 P230 P231 P232 P233 P234 P235 P236 P237 P238 P239 P240 P241
    P242 P243 P244 P245 P246 P247 P248 P249 P250 P251 P252 P253 P254 P255 P256 P257 P258 P259 P260 P261 P262 P263
    P264 P265 P266 P267 P268 P269 P270 P271 P272 P273 P274 P275 P276 P277 P278 P279 P280 P281 P282 P283 P284 P285
    P286 P287 P288 P289 P290 P291 P292 P293.
  assert (Step : 0 < alpha * gain) by (now apply Rmult_lt_0_compat).
  set (eff := alpha * gain) in *.
  assert (Sq : forall y, alpha ^ 2 * gain ^ 2 * y = eff ^ 2 * y) by (intros; unfold eff; ring).
  assert (Sq' : forall y, y * alpha ^ 2 * gain ^ 2 = y * eff ^ 2) by (intros; unfold eff; ring).
  assert (Noise : inner n n <= sigma ^ 2).
  { apply (average_below Smp Len); [assumption|]. intros h T. rewrite <- (both_seen _ _ _ _ (P17 h T) (P17 h T)).
    now apply P187. }
  (* the pieces that speak of the step alpha gain *)
  assert (Q160 : forall k m, support Stg m -> inner (omega k m) (omega k m) <= eff ^ 2
    * (inner (U (d_m k) k) (U (d_m k) k) + inner (W (d_m k) k) (W (d_m k) k) + 2 * inner (U (d_m k) k) (W (d_m k) k)))
    by (intros; rewrite <- Sq; auto).
  assert (Q216 : forall k, inner (omega_f k) (omega_f k) <= eff ^ 2
    * (inner (U_f D k) (U_f D k) + inner (W_f D k) (W_f D k) + 2 * inner (U_f D k) (W_f D k)))
    by (intros; rewrite <- Sq; auto).
  assert (Q217 : forall k, inner (omega_b k) (omega_b k) <= eff ^ 2
    * (inner (U_b D k) (U_b D k) + inner (W_b D k) (W_b D k) + 2 * inner (U_b D k) (W_b D k)))
    by (intros; rewrite <- Sq; auto).
  assert (Q229 : forall k, inner (omega_v k) (omega_v k) <= inner (U (d_m k) k) (U (d_m k) k) * eff ^ 2)
    by (intros; rewrite <- Sq'; auto).
  assert (Q230 : forall k, inner (omega_n k) (omega_n k) <= inner (W (d_m k) k) (W (d_m k) k) * eff ^ 2)
    by (intros; rewrite <- Sq'; auto).
  assert (Q247 : forall k, inner (omega_c k) (omega_c k) <= inner (W_c D k) (W_c D k) * eff ^ 2)
    by (intros; rewrite <- Sq'; auto).
  assert (Q214 : forall h, taken Smp Len h -> inner (Xf_k h) (bn_k h) + inner (Gf_k h) (bn_k h) * 0 ^ 2
    = inner (H_k D h) (Ws_k D h) * eff) by (intros h T; rewrite (P245 h T); unfold eff; ring).
  pose proof (@stages_stale Smp Len _ v_m w U c_m eff d_m given given given given given given n_m z W s_m sqrt_d
    given given given given given given given given TS Stg _ S_mj gamma chi
    Sdv Shn P omega pi b__parts b_m b_mk beta i Lambda1 Y nu given given given given given given given given given
      given given given given given given given given given given given given) as Stale.
  assert (Parts : forall X Z : R, X = Z -> sqrt X = sqrt Z) by (intros X Z ->; reflexivity).
  assert (StaleB : norm b <= eff * (Lambda1 * Y + nu)) by (unfold norm; rewrite <- P67; exact Stale).
  destruct (@compare_free_parts Smp Len TS Stg _ _ _ _ Lambda1 S_mj Y eff beta_n beta_v c_m chi gamma nu pi_n pi_v s_m
    sqrt_d P_n P_v Sdv Shn U W b_n__parts b_v__parts bn_m bn_mk bv_m bv_mk n_m omega_n omega_v v_m w z d_m i)
    as [BV BN]; try assumption.
  rewrite P68 in BV. rewrite P69 in BN.
  assert (LN : 0 <= eff * nu) by (apply Rmult_le_pos; lra).
  pose proof (@compare_free_orthogonal Smp Len _ _ eff 0 X_f Xf_k G_f G_fresh Gf_k H_k Theta W_s Ws_k b_n bn_k n_s
    z_s
    D given given given given given given given given given given given given) as Orth.
  destruct (@compare_free_joint Smp Len TS Stg _ _ _ _ S_mj T_mj Y eff beta_f beta_t c_m chi_l ell gamma_l pi_f pi_t
    s_m
    sigma sqrt_D P_f P_t STn STv U_b U_f W_b W_f ch_f ch_t chf_m chf_mk cht_m cht_mk n_f n_m omega_b omega_f v_f
      v_m w_b
    w_f z_b z_f D i) as [CT CF]; try assumption.
  destruct (@compare_free_window Smp Len _ _ Y sigma sqrt_D U_D U_s V V_s W_D W_s n n_s w_D w_s z_D z_s D) as [WD WS];
    try assumption.
  set (far := INR D * Y + sigma * sqrt_D D) in *.
  assert (Far : 0 <= far) by (apply Rplus_le_le_0_compat; apply Rmult_le_pos; auto; lra).
  assert (E2 : 0 <= eff ^ 2) by apply pow2_ge_0.
  assert (DW : inner dW dW <= (eff * far) ^ 2).
  { rewrite Rpow_mult_distr. apply Rle_trans with (1 := P210). rewrite Sq. now apply Rmult_le_compat_l. }
  assert (DD : inner delta delta <= (eff * far) ^ 2).
  { rewrite Rpow_mult_distr. apply Rle_trans with (1 := P211). rewrite Sq. now apply Rmult_le_compat_l. }
  pose proof (@compare_free_frozen_mean Smp Len _ A F0 J K c_bar c_k iota mean_iota phi0 r sigma Fd_k unit unit_D D
    given given given given given given given given given given) as Mean.
  assert (Mean' : c_bar <= R_0 ^ 2) by (rewrite P273; exact Mean).
  pose proof (@compare_free_weighted Smp Len TS Stg _ _ _ _ Q_m R_0 S_mj eff beta_n c_bar c_k dev gsq nuh nuhat pi_c
    pi_n
    q_v rc_k sq_n C_f G_f Gf_k Nuh P_c P_n Sq_n W_c Z_c b_n__parts bn_m bn_mk gb_m gb_mk gb_n__parts omega_c omega_n y
    D i) as GB.
  assert (GB' : inner gb_n gb_n <= (eff * nuhat * R_0) ^ 2).
  { rewrite <- P70. replace ((eff * nuhat * R_0) ^ 2) with (R_0 ^ 2 * eff ^ 2 * nuhat ^ 2) by ring. apply GB;
    assumption. }
  assert (GP : 0 <= eff * nuhat * R_0) by (repeat apply Rmult_le_pos; lra).
  assert (FP : 0 <= eff * far) by (apply Rmult_le_pos; lra).
  assert (EP : 0 <= ell * (eff * far)) by (apply Rmult_le_pos; lra).
  assert (CT' : inner G_f G_f + inner b b + inner n n + -2 * inner G_f b + -2 * inner G_f n + 2 * inner b n
    + inner unit unit * r ^ 2 + -2 * inner G_f unit * r + 2 * inner b unit * r + 2 * inner n unit * r
    <= (ell * (eff * far)) ^ 2) by (rewrite !Rpow_mult_distr; rewrite P258 in CT; lra).
  assert (CF' : inner G_f G_f + inner n n + -2 * inner G_f n + inner unit unit * r ^ 2 + -2 * inner G_f unit * r
    + 2 * inner n unit * r <= (ell * (eff * far)) ^ 2) by (rewrite !Rpow_mult_distr; rewrite P259 in CF; lra).
  assert (BN' : inner b_n b_n <= (eff * nu) ^ 2) by (rewrite Rpow_mult_distr; exact BN).
  pose proof (@compare_free_adaptive_first_order Smp Len TC Crd e_ g grad noise share w_twice r rho F_k b_k n_k v_k
    c2g_k b e n unit c2g given given given given given given given given given given given given given given
    (ell * (eff * far)) (eff * nu) e_m g_f x_m G_f X_m b_n Gf_k Xm_k given given given given given given given given
    given given given) as [_ First].
  assert (Doubled : 0 <= (1 + 2 * rho) * theta1) by (apply Rmult_le_pos; lra).
  assert (Weights : forall h, taken Smp Len h -> forall c, support Crd c ->
    x_m h c + (-1) * x_f h c <= dW_i h c * size_f h c * ((1 + 2 * rho) * theta1) /\
    (-1) * dW_i h c * size_f h c * ((1 + 2 * rho) * theta1) <= x_m h c + (-1) * x_f h c).
  { intros h T c Hc.
    destruct (compare_free_share (dW_i h c) (e_f h c) (e_m h c) (g_f h c) rho (s_f h c) (share h c) (share_f h c)
      (size_f h c) theta1) as [Above Below]; auto.
    rewrite (P225 h T c Hc), (P244 h T c Hc). split; lra. }
  pose proof (@compare_free_second Smp Len TC Crd _ (eff * nuhat * R_0) (eff * far) ((1 + 2 * rho) * theta1) bn_i dW_i
    x_f x_m gb_i s_n size_f size_n len_0 X_f X_m b_n dW gb_n Xf_k Xm_k bn_k dW_k gb_k G_f Gf_k given given given given
    given given given given given given given given given given given given
    (fun h T c Hc => proj1 (Weights h T c Hc)) (fun h T c Hc => proj2 (Weights h T c Hc)) given given given given given
    given given) as Second.
  pose proof (@compare_free_adaptive_remainder Smp Len TC Crd e_ g grad noise share w_twice r rho F_k b_k n_k v_k c2g_k
    b e n unit c2g given given given given given given given given given given given given given given T_i alpha gain m
    s given given given given given given given given _ _ (eff * far) Gamma H2 HJ len_f len_t m_f m_t t_k M_f M_t T_q
    Z_f Z_t b_n b_v r_2 dW dW_k delta delta_k r2_k rJ_k given given given given given given given given given given
    given given given given given given given given given given given given given given given given) as Rest.
  set (F := scal r unit : process Smp Len (lift Crd (fun _ => real_space))).
  assert (AF : norm F ^ 2 = A) by (rewrite norm_sq; unfold F; by_terms; lra).
  assert (YF : norm (plus F (plus b e)) = Y).
  { apply root_is; [assumption|]. rewrite P193. unfold F. by_terms.
    rewrite (inner_sym e b), (inner_sym unit b), (inner_sym unit e). ring. }
  assert (Root : sqrt (INR D) = sqrt_D D) by (now apply root_is).
  assert (Om : FreeSequences.omega (INR D) Y sigma = far) by (unfold FreeSequences.omega, far; rewrite Root; ring).
  assert (Dir : direction F unit) by (now apply unit_is).
  assert (UN : inner unit n = 0) by (now apply (known_orthogonal Smp Len n unit)).
  pose proof (@split_shared Smp Len TC Crd e_ g grad noise share w_twice r rho F_k b_k v_k c2g_k b e unit c2g given
    given given given given given given given given given given T_i alpha gain m s given given given given given given
    given given A T_s rbar2 sigma peak stale w_grad w_noise w_stale cF cn cb cF_k cn_k cb_k given given given given
    given given given given given given given given given given given given given given) as Split.
  pose proof (@length_shared Smp Len TC Crd e_ g grad noise share w_twice r rho F_k b_k v_k c2g_k b e unit c2g given
    given given given given given given given given given given T_i alpha gain m s given given given given given given
    given given A T_s rbar2 sigma peak stale w_grad w_noise w_stale cF cn cb cF_k cn_k cb_k given given given given
    given given given given given given given given given given given given given given _ StaleB) as Length.
  assert (Xp : 0 <= x) by (rewrite P155; repeat apply Rmult_le_pos; lra).
  assert (Vat : forall h, taken Smp Len h -> forall o : lift Crd (fun _ => real_space),
    inner (v_k h) o = inner ((plus F (plus b e) : process Smp Len _) h) o).
  { intros h T o. rewrite (P16 h T). change ((plus F (plus b e) : process Smp Len _) h)
      with (plus (scal r (unit h)) (plus (b h) (e h))). by_terms. ring. }
  assert (Smooth : forall h, taken Smp Len h -> f_next h <= f_now h
    + 1 / 2 * L * (inner (n_k h) (n_k h) * eff ^ 2 + inner (v_k h) (v_k h) * eff ^ 2
      + 2 * inner (n_k h) (v_k h) * eff ^ 2)
    + (-1) * inner (F_k h) (n_k h) * eff + (-1) * inner (F_k h) (v_k h) * eff).
  { intros h T. apply Rle_trans with (1 := P153 h T), Req_le. unfold eff. ring. }
  assert (Xe : x = L * eff) by (rewrite P155; unfold eff; ring).
  assert (Pe : p = Delta * / K * / eff) by (rewrite P156; unfold eff; field; lra).
  pose proof (@compare_master_telescope Smp Len _ Delta K L eff f_first f_last f_next f_now f_star mean_next
    mean_now p r
    x F_k n_k v_k n unit (plus F (plus b e)) given given given given given given given given given given given
      given given) as Tele.
  destruct (run_free_adaptive F n b e b_v b_n (plus (plus b (scal (-1) b_v)) (scal (-1) b_n)) (plus e c2g) X_f
    (plus (plus e c2g) (scal (-1) X_m)) (plus X_m (scal (-1) X_f)) unit p x rho eff Lambda1 nu sigma (INR D) ell theta1
    nuhat R_0 Gamma H2 HJ T_s) as (_ & Short & Near & Down);
    rewrite ?YF, ?Om; auto using pos_INR; try lra.
  - now apply norm_le.
  - set (v := plus F (plus b e)) in *. rewrite norm_sq, inner_plus, !inner_plus_r, (inner_sym v n).
    replace (inner F v) with (r * inner unit v) by (unfold F; now rewrite inner_scal). lra.
  - intros o. by_terms. ring.
  - intros o. by_terms. ring.
  - apply norm_le; [repeat apply Rmult_le_pos; lra|]. rewrite !Rpow_mult_distr. lra.
  - by_terms. rewrite (inner_sym e b_n), (inner_sym c2g b_n). lra.
  - by_terms. lra.
  - by_terms. rewrite (inner_sym e b), (inner_sym e b_n), (inner_sym e b_v), (inner_sym c2g b), (inner_sym c2g b_n),
      (inner_sym c2g b_v). lra.
  - assert (Ea : inner unit (plus F (plus b e)) = a).
    { rewrite P198. unfold F. by_terms. rewrite (inner_sym unit b), (inner_sym unit e). ring. }
    assert (Er : sqrt A = r) by (apply root_is; [assumption | lra]).
    rewrite AF in Near, Down. rewrite YF in Near, Down, Short. rewrite Ea in Near, Down, Short.
    rewrite Er in Near, Down.
    assert (ES : sqrt (Y ^ 2 - a ^ 2) = S_) by (apply root_is; [assumption | lra]).
    rewrite ES in Down. split; [|split].
    + replace (A + Y ^ 2 + (-2) * a * r) with (A + Y ^ 2 - 2 * a * r) by ring.
      apply Rle_trans with (1 := Near), Req_le.
      unfold FreeSequences.e0, FreeSequences.e1, FreeSequences.e2. rewrite Root, P291, P292, P293.
      rewrite P288, P289, P290, P201. unfold kappa, curved, eff. ring.
    + lra.
    + rewrite <- (pow2_abs a). apply pow_incr. split; [apply Rabs_pos | exact Short].
Qed.
